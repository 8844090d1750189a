import { type CommentApi, required } from "./comment-api.ts";

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
    list: (page) => ({ method: "GET", url: `${merge}/notes?per_page=100&page=${page}`, headers }),
    comments: (answer) => (answer as { id: number; body: string }[]).map(({ id, body }) => ({ id: String(id), body })),
    create: (body) => ({ method: "POST", url: `${merge}/notes`, headers, body: { body } }),
    update: ({ id }, body) => ({ method: "PUT", url: `${merge}/notes/${id}`, headers, body: { body } }),
  };
}
