import { exitStatus, Stop } from "../exit-status.ts";
import { type CommentApi, required } from "./comment-api.ts";

interface Comment {
  id: number;
  body?: string;
  user?: { type?: string } | null;
}

/**
 * Comments of a pull request on GitHub, which its API counts among those of issues.
 *
 * Source: GitHub's REST reference, "Issue comments".
 *
 * @param environment `GITHUB_API_URL`, `GITHUB_REPOSITORY` and `GITHUB_REF` are set by GitHub Actions; `GITHUB_TOKEN`
 *   has to be handed to the step
 */
export function githubApi(environment: NodeJS.ProcessEnv): CommentApi {
  const names = ["GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_REF"] as const;
  const remedy =
    "Run this in a workflow on pull_request, with GITHUB_TOKEN in the step's env and `pull-requests: write`.";
  const { GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token, GITHUB_REF: ref } = required(environment, names, remedy);
  const number = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  if (number === undefined)
    throw new Stop(`${ref} is no pull request: run this in a workflow on pull_request.`, exitStatus.usage);

  const issues = `${environment.GITHUB_API_URL || "https://api.github.com"}/repos/${repository}/issues`;
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "x-github-api-version": "2022-11-28",
  };
  return {
    pageSize: 100,
    list: (page) => ({ method: "GET", url: `${issues}/${number}/comments?per_page=100&page=${page}`, headers }),
    comments: (answer) =>
      (answer as Comment[]).map(({ id, body = "", user }) => ({ id: String(id), body, byBot: user?.type === "Bot" })),
    create: (body) => ({ method: "POST", url: `${issues}/${number}/comments`, headers, body: { body } }),
    update: ({ id }, body) => ({ method: "PATCH", url: `${issues}/comments/${id}`, headers, body: { body } }),
  };
}
