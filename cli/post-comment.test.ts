import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { azureDevOpsApi, type CommentApi, githubApi, gitlabApi, hostOf } from "./code-hosts.ts";
import { readCommandLine } from "./command-line.ts";
import { marker } from "./comment/comment-marker.ts";
import { postComment, postCommentCommand } from "./post-comment.ts";

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
    expect(api.comments([{ id: 9, body: "x", author: { id: 77 } }])).toEqual([{ id: "9", body: "x", author: "77" }]);
    expect(api.self.request.url).toBe("https://gitlab.example/api/v4/user");
    expect(api.self.author({ id: 77 })).toBe("77");
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
            { id: 1, content: "marker", author: { id: "build-service" } },
            { id: 2, content: "a reply" },
          ],
        },
      ],
    };
    const [found] = api.comments(answer);
    expect(api.comments(answer)).toEqual([{ id: "5/1", body: "marker", author: "build-service" }]);
    expect(api.self.request.url).toBe("https://dev.azure.example/contoso/_apis/connectionData?api-version=7.1-preview");
    expect(api.self.author({ authenticatedUser: { id: "build-service" } })).toBe("build-service");
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

  it("[M8] never writes over another bot's comment, even if its first line is ours", async () => {
    const marked = marker("prod", { project: "guests", pipeline: "github/Pull_request" });
    for (const viewer of ["our-app[bot]", "github-actions[bot]", undefined]) {
      const { api, sent } = await host([by("another-app[bot]", 5, `${marked}\nfake`)], 200, viewer);
      expect(await postComment(api, `${marked}\nnew`)).toBe("created");
      expect(sent).toEqual(["GET 1", "POST", "POST"]);
    }
  });

  it("[M8] finds its own comment among those that begin like it, whoever it writes as", async () => {
    const comments = [
      by("another-app[bot]", 5, "<!-- marker -->\nfake"),
      by("our-app[bot]", 6, "<!-- marker -->\nold"),
    ];
    const { api, sent } = await host(comments, 200, "our-app[bot]");
    expect(await postComment(api, "<!-- marker -->\nnew")).toBe("updated");
    expect(sent).toEqual(["GET 1", "POST", "PATCH 6"]);
    // A host that does not say who we are: a workflow's own token is all that is known.
    const silent = await host([
      by("our-app[bot]", 5, "<!-- marker -->\n"),
      by("github-actions[bot]", 7, "<!-- marker -->\n"),
    ]);
    expect(await postComment(silent.api, "<!-- marker -->\nnew")).toBe("updated");
    expect(silent.sent.at(-1)).toBe("PATCH 7");
  });

  it("[M8] takes the whole first line for the marker, not its beginning", async () => {
    const { api } = await host([by("github-actions[bot]", 5, "<!-- marker --> and more\nold")]);
    expect(await postComment(api, "<!-- marker -->\nnew")).toBe("created");
  });

  it("says what the host answered when it refuses", async () => {
    const { api } = await host([], 403);
    await expect(postComment(api, "<!-- marker -->")).rejects.toThrow(/answered 403.*Resource not accessible/);
  });

  function by(login: string, id: number, body: string) {
    return { id, body, user: { type: "Bot", login } };
  }

  /** A code host on loopback that holds these comments, and says whose the token is where it is told. */
  async function host(comments: object[], status = 200, login?: string): Promise<{ api: CommentApi; sent: string[] }> {
    const sent: string[] = [];
    const server = createServer(async (request, response) => {
      await text(request);
      const url = new URL(request.url ?? "/", "http://host");
      const page = Number(url.searchParams.get("page") ?? 0);
      const id = /comments\/(\d+)$/.exec(url.pathname)?.[1];
      sent.push([request.method, page || id].filter(Boolean).join(" "));
      const viewer = login === undefined ? {} : { data: { viewer: { login } } };
      const isQuery = url.pathname === "/graphql";
      const answer = request.method === "GET" ? comments.slice((page - 1) * 100, page * 100) : isQuery ? viewer : {};
      const refusal = { message: "Resource not accessible by integration" };
      response.writeHead(status).end(JSON.stringify(status === 200 ? answer : refusal));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => server.close());
    return {
      sent,
      api: githubApi({ ...github, GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    };
  }
});

describe("[M8] the file that is posted", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-post-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ours = marker("contoso/guests/prod", { project: "guests", pipeline: "github/Pull_request" });

  it.each([
    ["the first line of another bot's comment", "## Coverage report\nall fine", [], "is no comment of"],
    ["a marker of another tool", "<!-- terraform plan: prod -->\nplan", [], "is no comment of"],
    ["a marker with something behind it", `${ours} ## Coverage`, [], "is no comment of"],
    ["the comment of another stack", `${ours}\nx`, ["--stack", "dev"], "is the comment of stack contoso/guests/prod"],
    ["the comment of another pipeline", `${ours.replace("Pull_request", "Other")}\nx`, [], "of another pipeline"],
  ])("may not begin with %s", async (_, body, args, problem) => {
    const file = path.join(folder, "comment.md");
    writeFileSync(file, body);
    await expect(post([...args, file])).rejects.toThrow(problem);
  });

  it("may be the comment of its stack, by its short name as well", async () => {
    const file = path.join(folder, "comment.md");
    writeFileSync(file, `${ours}\nx`);
    // It gets as far as asking the host, at a port that `fetch` refuses.
    await expect(post(["--stack", "prod", file])).rejects.toThrow("was not answered: bad port");
  });

  async function post(args: string[]): Promise<unknown> {
    const environment = { ...github, GITHUB_API_URL: "http://127.0.0.1:9", GITHUB_WORKFLOW: "Pull request" };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      return await postCommentCommand.run(readCommandLine("post-comment", postCommentCommand, args));
    } finally {
      vi.unstubAllEnvs();
    }
  }
});
