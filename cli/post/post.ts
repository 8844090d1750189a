import { exitStatus, Stop } from "../exit-status.ts";
import { azureDevOpsApi } from "./azure-devops.ts";
import type { ApiRequest, CommentApi, ExistingComment } from "./comment-api.ts";
import { githubApi } from "./github.ts";
import { gitlabApi } from "./gitlab.ts";

/**
 * The code host in whose pipeline this process runs.
 *
 * @throws Stop outside of a pipeline, NoComments where the pipeline has no right to comment
 */
export function hostOf(environment: NodeJS.ProcessEnv): CommentApi {
  if (environment.GITHUB_ACTIONS) return githubApi(environment);
  if (environment.GITLAB_CI) return gitlabApi(environment);
  if (environment.TF_BUILD) return azureDevOpsApi(environment);
  throw new Stop("No pipeline of GitHub Actions, GitLab CI or Azure Pipelines is running this.", exitStatus.usage);
}

/**
 * Writes a comment to a pull request: updates the one that an earlier run left, else creates it.
 *
 * @param body the comment; its first line tells it from others
 * @throws Stop with what the host answered when it refuses
 */
export async function postComment(api: CommentApi, body: string): Promise<"created" | "updated" | "unchanged"> {
  const existing = await find(api, body.split("\n", 1)[0] ?? "");
  if (existing === undefined) {
    await send(api.create(body));
    return "created";
  }
  if (sameText(existing.body, body)) return "unchanged";
  await send(api.update(existing, body));
  return "updated";
}

async function find(api: CommentApi, marker: string): Promise<ExistingComment | undefined> {
  for (let page = 1; ; page++) {
    const comments = api.comments(await send(api.list(page)));
    // Only at the very beginning: somebody who quotes the comment does not make theirs ours.
    const found = comments.find(({ body, byBot }) => byBot !== false && body.startsWith(marker));
    if (found !== undefined || api.pageSize === undefined || comments.length < api.pageSize) return found;
  }
}

/** Hosts rewrite line ends and trailing space. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/\r\n/g, "\n").trimEnd();
  return plain(one) === plain(other);
}

const patienceMs = 30_000;

async function send({ method, url, headers, body }: ApiRequest): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, "user-agent": "guests-as-code", ...(body !== undefined && jsonContent) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Stop(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`, exitStatus.failed);
  }
  return text === "" ? undefined : JSON.parse(text);
}

const jsonContent = { "content-type": "application/json" };
