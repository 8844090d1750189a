import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { azureDevOpsApi, type CommentApi, githubApi, gitlabApi, hostOf } from "./code-hosts.ts";
import { postComment } from "./post-comment.ts";

const github = {
  GITHUB_ACTIONS: "true",
  GITHUB_API_URL: "https://api.github.example",
  GITHUB_REPOSITORY: "contoso/guests",
  GITHUB_REF: "refs/pull/7/merge",
  GITHUB_TOKEN: "gh-token",
};
const gitlab = {
  GITLAB_CI: "true",
  CI_API_V4_URL: "https://gitlab.example/api/v4",
  CI_PROJECT_ID: "42",
  CI_MERGE_REQUEST_IID: "7",
  GITLAB_COMMENT_TOKEN: "gl-token",
};
const azure = {
  TF_BUILD: "True",
  SYSTEM_COLLECTIONURI: "https://dev.azure.example/contoso/",
  SYSTEM_TEAMPROJECTID: "project-id",
  BUILD_REPOSITORY_ID: "repo-id",
  SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
  SYSTEM_ACCESSTOKEN: "az-token",
};

describe("the requests to", () => {
  it("GitHub are those of issue comments", () => {
    const api = githubApi(github);
    expect(api.list(2)).toMatchObject({
      method: "GET",
      url: "https://api.github.example/repos/contoso/guests/issues/7/comments?per_page=100&page=2",
      headers: { authorization: "Bearer gh-token" },
    });
    expect(api.create("hello")).toMatchObject({ method: "POST", body: { body: "hello" } });
    expect(api.update({ id: "9", body: "" }, "new")).toMatchObject({
      method: "PATCH",
      url: "https://api.github.example/repos/contoso/guests/issues/comments/9",
    });
  });

  it("GitLab are those of merge request notes", () => {
    const api = gitlabApi(gitlab);
    const notes = "https://gitlab.example/api/v4/projects/42/merge_requests/7/notes";
    expect(api.list(1)).toMatchObject({
      url: `${notes}?per_page=100&page=1`,
      headers: { "private-token": "gl-token" },
    });
    expect(api.create("hello")).toMatchObject({ method: "POST", url: notes, body: { body: "hello" } });
    expect(api.update({ id: "9", body: "" }, "new")).toMatchObject({ method: "PUT", url: `${notes}/9` });
  });

  it("Azure DevOps are those of a closed thread of its own", () => {
    const api = azureDevOpsApi(azure);
    const threads =
      "https://dev.azure.example/contoso/project-id/_apis/git/repositories/repo-id/pullRequests/7/threads";
    expect(api.create("hello")).toMatchObject({
      method: "POST",
      url: `${threads}?api-version=7.1`,
      headers: { authorization: "Bearer az-token" },
      body: { comments: [{ content: "hello" }] },
    });
    const answer = {
      value: [
        { id: 1, isDeleted: true, comments: [{ id: 1, content: "marker" }] },
        {
          id: 5,
          comments: [
            { id: 1, content: "marker" },
            { id: 2, content: "a reply" },
          ],
        },
      ],
    };
    const [found] = api.comments(answer);
    expect(api.comments(answer)).toHaveLength(1);
    expect(found && api.update(found, "new")).toMatchObject({
      method: "PATCH",
      url: `${threads}/5/comments/1?api-version=7.1`,
      body: { content: "new" },
    });
  });

  it("nobody are made outside of a pipeline, and what is missing is named", () => {
    expect(() => hostOf({})).toThrow(/No pipeline/);
    expect(() => hostOf({ ...github, GITHUB_TOKEN: "" })).toThrow(/GITHUB_TOKEN.*pull-requests: write/);
    expect(() => hostOf({ ...gitlab, GITLAB_COMMENT_TOKEN: "" })).toThrow(/GITLAB_COMMENT_TOKEN.*Reporter/);
    expect(() => hostOf({ ...azure, SYSTEM_ACCESSTOKEN: "" })).toThrow(/SYSTEM_ACCESSTOKEN/);
    expect(() => hostOf({ ...github, GITHUB_REF: "refs/heads/main" })).toThrow(/no pull request/);
  });
});

describe("posting", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  it("creates the comment where there is none", async () => {
    const { api, sent } = await host([{ id: 1, body: "first!", user: { type: "User" } }]);
    expect(await postComment(api, "<!-- marker -->\nnew")).toBe("created");
    expect(sent).toEqual(["GET 1", "POST"]);
  });

  it("finds its comment on any page, and updates it", async () => {
    const others = Array.from({ length: 100 }, (_, id) => ({ id, body: "talk", user: { type: "User" } }));
    const { api, sent } = await host([...others, { id: 500, body: "<!-- marker -->\nold", user: { type: "Bot" } }]);
    expect(await postComment(api, "<!-- marker -->\nnew")).toBe("updated");
    expect(sent).toEqual(["GET 1", "GET 2", "PATCH 500"]);
  });

  it("leaves a comment alone that says the same", async () => {
    const { api, sent } = await host([{ id: 5, body: "<!-- marker -->\r\nsame\r\n", user: { type: "Bot" } }]);
    expect(await postComment(api, "<!-- marker -->\nsame\n")).toBe("unchanged");
    expect(sent).toEqual(["GET 1"]);
  });

  it("never writes over a person's comment that begins like ours", async () => {
    const { api } = await host([{ id: 5, body: "<!-- marker -->\nfake", user: { type: "User" } }]);
    expect(await postComment(api, "<!-- marker -->\nnew")).toBe("created");
  });

  it("says what the host answered when it refuses", async () => {
    const { api } = await host([], 403);
    await expect(postComment(api, "<!-- marker -->")).rejects.toThrow(/answered 403.*Resource not accessible/);
  });

  /** A code host on loopback that holds these comments. */
  async function host(comments: object[], status = 200): Promise<{ api: CommentApi; sent: string[] }> {
    const sent: string[] = [];
    const server = createServer(async (request, response) => {
      await text(request);
      const url = new URL(request.url ?? "/", "http://host");
      const page = Number(url.searchParams.get("page") ?? 0);
      const id = /comments\/(\d+)$/.exec(url.pathname)?.[1];
      sent.push([request.method, page || id].filter(Boolean).join(" "));
      const answer = request.method === "GET" ? comments.slice((page - 1) * 100, page * 100) : {};
      const refusal = { message: "Resource not accessible by integration" };
      response.writeHead(status).end(JSON.stringify(status === 200 ? answer : refusal));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => server.close());
    return {
      api: githubApi({ ...github, GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
      sent,
    };
  }
});
