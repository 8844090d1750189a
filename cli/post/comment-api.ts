/** One HTTP request of a code host's API. */
export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "PUT";
  url: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** A comment that exists already. */
export interface ExistingComment {
  id: string;
  body: string;
  /** Whether a pipeline wrote it, where the host says so: anybody may write a comment that begins like ours. */
  byBot?: boolean;
}

/**
 * The comments of one pull request (merge request) on one code host: pure descriptions of requests, so that they can be
 * tested without a network.
 */
export interface CommentApi {
  /** The request for a page of comments. */
  list(page: number): ApiRequest;
  /** The comments in the answer to `list`. */
  comments(answer: unknown): ExistingComment[];
  /** How many comments a full page holds; a shorter one is the last. `undefined`: there is one page only. */
  pageSize?: number;
  create(body: string): ApiRequest;
  update(comment: ExistingComment, body: string): ApiRequest;
}

/** A code host that is not set up for comments, in words for the person who sets up the pipeline. */
export class NoComments extends Error {}

/**
 * Reads variables that the pipeline has to set.
 *
 * @throws NoComments that names those which are missing and says what to do
 */
export function required<Name extends string>(
  environment: NodeJS.ProcessEnv,
  names: readonly Name[],
  remedy: string,
): Record<Name, string> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) throw new NoComments(`${missing.join(", ")} not set. ${remedy}`);
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
