import { type CommentApi, required } from "./comment-api.ts";

/** A thread of comments, as far as it is read here. */
interface Thread {
  id: number;
  isDeleted?: boolean;
  comments?: { id: number; content?: string; isDeleted?: boolean }[];
}

/** A thread's state that asks nothing of anybody ("Pull Request Threads": `CommentThreadStatus`). */
const closed = 4;

/**
 * Comment threads of a pull request in Azure Repos. The comment is the first of a thread of its own.
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
  return [{ id: `${id}/${first.id}`, body: first.content ?? "" }];
}
