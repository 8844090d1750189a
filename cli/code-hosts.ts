/** Where comments on pull requests are kept: GitHub, GitLab and Azure DevOps. */
import http from "node:http";
import { exitStatus, Stop } from "./command-line.ts";

/** One HTTP request of a code host's API. */
export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "PUT";
  url: string;
  headers: Record<string, string>;
  body?: unknown;
}

const patienceMs = 30_000;
const jsonContent = { "content-type": "application/json" };

/**
 * Sends a request.
 *
 * @returns the answer's JSON; `undefined` where it has no body
 * @throws Stop with the host's answer when it refuses, or with what kept it from answering
 */
export async function send({ method, url, headers, body }: ApiRequest): Promise<unknown> {
  goThroughProxy();
  const response = await fetch(url, {
    method,
    headers: { ...headers, "user-agent": "guests-as-code", ...(body !== undefined && jsonContent) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  }).catch(({ name, message, cause }: Error) => {
    const why = cause instanceof Error ? cause.message : message;
    const reason = name === "TimeoutError" ? `no answer within ${patienceMs / 1000} s` : why;
    const doubt = namedProxy() === undefined ? "" : " Does the proxy that HTTPS_PROXY names let it through?";
    throw new Stop(`${method} ${url} was not answered: ${reason}.${doubt}`, exitStatus.failed);
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Stop(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`, exitStatus.failed);
  }
  return text === "" ? undefined : JSON.parse(text);
}

/** The proxy of HTTPS_PROXY; companies write a host and a port only, too. */
function namedProxy(): string | undefined {
  const { https_proxy, HTTPS_PROXY } = process.env;
  const named = https_proxy || HTTPS_PROXY;
  return named && !named.includes("://") ? `http://${named}` : named || undefined;
}

let isThroughProxy = false;

/** Has `fetch` go by HTTPS_PROXY and NO_PROXY, without a package. Before Node 24.14, NODE_USE_ENV_PROXY=1 does. */
function goThroughProxy(): void {
  const https_proxy = namedProxy();
  if (isThroughProxy || https_proxy === undefined) return;
  isThroughProxy = true;
  const { no_proxy, NO_PROXY } = process.env;
  http.setGlobalProxyFromEnv?.({ https_proxy, no_proxy: no_proxy || NO_PROXY });
}

/** A comment on the pull request. */
export interface ExistingComment {
  id: string;
  body: string;
  /** Who wrote it, by the host's own name or id, where the host says so. */
  author?: string;
  /** Whether a pipeline wrote it, where the host says so: a person may write a comment that begins like ours. */
  byBot?: boolean;
}

/** The comments of one pull request on one code host, as descriptions of requests: a test needs no network. */
export interface CommentApi {
  /** The request for a page of comments. */
  list(page: number): ApiRequest;
  /** The comments in the answer to `list`. */
  comments(answer: unknown): ExistingComment[];
  /** Who writes with this token: asked before a comment is written over. */
  self: { request: ApiRequest; author(answer: unknown): string | undefined; usual?: string };
  /** How many comments a full page holds; a shorter page is the last. Without it there is one page. */
  pageSize?: number;
  create(body: string): ApiRequest;
  update(comment: ExistingComment, body: string): ApiRequest;
}

/** The pipeline is not set up for comments; the message says what to do. */
export class NoComments extends Error {}

/**
 * The code host whose pipeline runs this process.
 *
 * @param environment the process's, by which the systems are told apart
 * @throws Stop outside of a pipeline, NoComments where the pipeline may not comment
 */
export function hostOf(environment: NodeJS.ProcessEnv): CommentApi {
  if (environment.GITHUB_ACTIONS) return githubApi(environment);
  if (environment.GITLAB_CI) return gitlabApi(environment);
  if (environment.TF_BUILD) return azureDevOpsApi(environment);
  throw new Stop("No pipeline of GitHub Actions, GitLab CI or Azure Pipelines is running this.", exitStatus.usage);
}

/** A comment, as far as it is read here. */
interface IssueComment {
  id: number;
  body?: string | null;
  user?: { login?: string; type?: string } | null;
}

/**
 * Comments of a pull request on GitHub; its API treats them as comments of an issue.
 *
 * Source: GitHub's REST reference, "Issue comments". Only GraphQL tells a workflow's token who it is.
 *
 * @param environment `GITHUB_API_URL`, `GITHUB_REPOSITORY` and `GITHUB_REF` are set by GitHub Actions; `GITHUB_TOKEN`
 *   has to be passed to the step
 */
export function githubApi(environment: NodeJS.ProcessEnv): CommentApi {
  const names = ["GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_REF"] as const;
  const remedy =
    "Run this in a workflow on pull_request, with GITHUB_TOKEN in the step's env and `pull-requests: write`.";
  const { GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token, GITHUB_REF: ref } = required(environment, names, remedy);
  const number = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  if (number === undefined)
    throw new Stop(`${ref} is no pull request: run this in a workflow on pull_request.`, exitStatus.usage);

  const root = environment.GITHUB_API_URL || "https://api.github.com";
  const graphql = environment.GITHUB_GRAPHQL_URL || `${root.replace(/\/v3$/, "")}/graphql`;
  const issues = `${root}/repos/${repository}/issues`;
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "x-github-api-version": "2022-11-28",
  };
  return {
    pageSize: 100,
    self: {
      request: { method: "POST", url: graphql, headers, body: { query: "query { viewer { login } }" } },
      author: (answer) => (answer as Viewer).data?.viewer?.login,
      usual: "github-actions[bot]",
    },
    list: (page) => ({ method: "GET", url: `${issues}/${number}/comments?per_page=100&page=${page}`, headers }),
    comments: (answer) =>
      (answer as IssueComment[]).map(({ id, body, user }) => ({
        id: String(id),
        body: body ?? "",
        byBot: user?.type === "Bot",
        author: user?.login,
      })),
    create: (body) => ({ method: "POST", url: `${issues}/${number}/comments`, headers, body: { body } }),
    update: ({ id }, body) => ({ method: "PATCH", url: `${issues}/comments/${id}`, headers, body: { body } }),
  };
}

interface Viewer {
  data?: { viewer?: { login?: string } };
}

/** A note, as far as it is read here. */
interface Note {
  id: number;
  body: string;
  author?: { id?: number };
}

/**
 * Notes of a merge request on GitLab.
 *
 * Source: GitLab's REST reference, "Notes API". A job's own token may not write notes, so this takes a project access
 * token with the scope `api` and the role Reporter.
 *
 * @param environment the `CI_…` variables are set by GitLab; `GITLAB_COMMENT_TOKEN` has to be, masked
 */
export function gitlabApi(environment: NodeJS.ProcessEnv): CommentApi {
  const names = ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", "GITLAB_COMMENT_TOKEN"] as const;
  const remedy =
    "Run this in a merge request pipeline, with a project access token (scope api, role Reporter) in the masked " +
    "variable GITLAB_COMMENT_TOKEN.";
  const values = required(environment, names, remedy);
  const merge = `${values.CI_API_V4_URL}/projects/${values.CI_PROJECT_ID}/merge_requests/${values.CI_MERGE_REQUEST_IID}`;
  const headers = { "private-token": values.GITLAB_COMMENT_TOKEN };
  return {
    pageSize: 100,
    self: {
      request: { method: "GET", url: `${values.CI_API_V4_URL}/user`, headers },
      author: (answer) => textOf((answer as { id?: number }).id),
    },
    list: (page) => ({ method: "GET", url: `${merge}/notes?per_page=100&page=${page}`, headers }),
    comments: (answer) =>
      (answer as Note[]).map(({ id, body, author }) => ({ id: String(id), body, author: textOf(author?.id) })),
    create: (body) => ({ method: "POST", url: `${merge}/notes`, headers, body: { body } }),
    update: ({ id }, body) => ({ method: "PUT", url: `${merge}/notes/${id}`, headers, body: { body } }),
  };
}

/** A thread of comments, as far as it is read here. */
interface Thread {
  id: number;
  isDeleted?: boolean;
  comments?: { id: number; content?: string; isDeleted?: boolean; author?: { id?: string } }[];
}

/** The state of a thread that needs no answer ("Pull Request Threads": `CommentThreadStatus`). */
const closed = 4;

/**
 * Comments of a pull request in Azure Repos: each is the first of a thread of its own.
 *
 * Source: Azure DevOps's REST reference 7.1, "Pull Request Threads" and "Pull Request Thread Comments".
 *
 * @param environment set by Azure Pipelines; `SYSTEM_ACCESSTOKEN` has to be mapped into the step. The build service needs
 *   the repository's permission "Contribute to pull requests"
 */
export function azureDevOpsApi(environment: NodeJS.ProcessEnv): CommentApi {
  const names = [
    ...(["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECTID", "BUILD_REPOSITORY_ID"] as const),
    ...(["SYSTEM_PULLREQUEST_PULLREQUESTID", "SYSTEM_ACCESSTOKEN"] as const),
  ];
  const remedy = "Run this in a pull request build, with SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the step's env.";
  const values = required(environment, names, remedy);
  const collection = values.SYSTEM_COLLECTIONURI.replace(/\/$/, "");
  const repository = `${collection}/${values.SYSTEM_TEAMPROJECTID}/_apis/git/repositories/${values.BUILD_REPOSITORY_ID}`;
  const threads = `${repository}/pullRequests/${values.SYSTEM_PULLREQUEST_PULLREQUESTID}/threads`;
  const headers = { authorization: `Bearer ${values.SYSTEM_ACCESSTOKEN}` };
  const version = "api-version=7.1";
  return {
    self: {
      request: { method: "GET", url: `${collection}/_apis/connectionData?api-version=7.1-preview`, headers },
      author: (answer) => (answer as { authenticatedUser?: { id?: string } }).authenticatedUser?.id,
    },
    list: () => ({ method: "GET", url: `${threads}?${version}`, headers }),
    comments: (answer) => (answer as { value: Thread[] }).value.flatMap(firstComment),
    create: (body) => ({
      method: "POST",
      url: `${threads}?${version}`,
      headers,
      body: { status: closed, comments: [{ parentCommentId: 0, commentType: 1, content: body }] },
    }),
    update: ({ id }, body) => {
      const [thread, comment] = id.split("/");
      return {
        method: "PATCH",
        url: `${threads}/${thread}/comments/${comment}?${version}`,
        headers,
        body: { content: body },
      };
    },
  };
}

function firstComment({ id, isDeleted, comments }: Thread) {
  const first = comments?.[0];
  if (isDeleted || first === undefined || first.isDeleted) return [];
  return [{ id: `${id}/${first.id}`, body: first.content ?? "", author: textOf(first.author?.id) }];
}

function textOf(id: number | string | undefined): string | undefined {
  return id === undefined ? undefined : String(id);
}

/**
 * Reads variables that the pipeline has to set.
 *
 * @throws NoComments that names the missing ones and the remedy
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
