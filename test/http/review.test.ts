import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { review } from "../../cli/guests-review.ts";
import { askTenant } from "../support/standing-at-tenant.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const today = day(0);
const lastDay = day(14);

const tenant: TestTenant = await startTestTenant({ seedGuests: 400, rehearsal: { premiumLicence: true } });
const folder = mkdtempSync(path.join(tmpdir(), "review-"));
const project = path.join(folder, "guests");
const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" }).trim();
const place = { stack: "prod", project };

const rules = { pending: 30, notSignedIn: 180, blocked: true, noSponsor: true, accounts: ["ExternalAzureAD", "mail"] };
const config = {
  "guests:redirectUrl": "https://myapps.microsoft.com",
  "guests:lists": ["lists/fabrikam.yaml", "lists/adatum.csv", "lists/old.csv"],
  "guests:review": rules,
};
const values = Object.fromEntries(
  Object.entries(config).map(([key, value]) => {
    return [key, { value: typeof value === "string" ? value : JSON.stringify(value), secret: false }];
  }),
);

const fabrikam = `# Who answers: partners@contoso.example
invitations:
  # She began it all.
  - email: Ana@fabrikam.example   # capital letters as in her mail
    displayName: Ana
  - {email: bo@fabrikam.example}

  - email: cy@fabrikam.example
    resend: review-${day(-40)} # reminded
  - email: di@fabrikam.example
    expires: "2031-01-01"
`;
const adatum = "email,displayName,expires\nel@adatum.example,El,\nfi@adatum.example,Fi,\n";
const old = "email\ngus@northwind.example\n";

/** A code host that takes everything, and remembers it. */
const requests: { method: string; url: string; body: unknown }[] = [];
const answers: Record<string, unknown> = {};
const server = createServer(async (request, response) => {
  const url = decodeURIComponent(request.url ?? "");
  const body = request.method === "GET" ? undefined : await json(request);
  requests.push({ method: request.method ?? "", url, body });
  const key = Object.keys(answers).find((one) => `${request.method} ${url}`.startsWith(one));
  response.setHeader("content-type", "application/json").end(JSON.stringify(key === undefined ? {} : answers[key]));
});
let host = "";
let commit = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(path.join(project, "lists"), { recursive: true });
  const stackConfig = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  for (const [name, text] of Object.entries({
    "Pulumi.yaml": "name: guests\nruntime: nodejs\n",
    "Pulumi.prod.yaml": `config:\n${stackConfig.join("\n")}\n`,
    "lists/fabrikam.yaml": fabrikam,
    "lists/adatum.csv": adatum,
    "lists/old.csv": old,
  })) {
    writeFileSync(path.join(project, name), text);
  }
  writeFileSync(
    path.join(folder, "CODEOWNERS"),
    "* @contoso/everybody\n/guests/lists/fab*.yaml @contoso/partners @mona\n",
  );
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("-c", "user.name=t", "-c", "user.email=t@contoso.example", "commit", "--quiet", "-m", "lists");
  commit = git("rev-parse", "HEAD");

  const mona = tenant.users().find(({ mail }) => mail === "mona@contoso.example")?.id ?? "";
  const invite = (address: string, sponsors = [mona]) =>
    tenant.invite(address, { invitedUserSponsors: sponsors.map((id) => ({ id })) });
  // Ana is long away, Bo has never answered, Cy has not answered a reminder either, Di has a last day, El has no sponsor,
  // Fi is well, Gus is blocked.
  for (const name of ["ana@fabrikam", "bo@fabrikam", "cy@fabrikam", "di@fabrikam", "fi@adatum", "gus@northwind"]) {
    await invite(`${name}.example`);
  }
  await invite("el@adatum.example", []);
  for (const name of ["ana@fabrikam", "di@fabrikam", "el@adatum", "fi@adatum", "gus@northwind"])
    tenant.accept(`${name}.example`);
  tenant.backdate("ana@fabrikam.example", { invited: 400, accepted: 399, signedIn: 200 });
  tenant.backdate("di@fabrikam.example", { invited: 400, accepted: 399, signedIn: 200 });
  tenant.backdate("bo@fabrikam.example", { invited: 31 });
  tenant.backdate("cy@fabrikam.example", { invited: 90 });
  const gus = tenant.users().find(({ mail }) => mail === "gus@northwind.example")?.id;
  await tenant.graph("PATCH", `/users/${gus}`, { accountEnabled: false });
  tenant.clearRequests();
});
afterEach(() => {
  vi.unstubAllEnvs();
  requests.length = 0;
  for (const key of Object.keys(answers)) delete answers[key];
});
afterAll(async () => {
  server.close();
  await tenant.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Reviews as a pipeline with these variables does. */
async function reviewed({
  variables = {},
  patch,
  more = {},
}: {
  variables?: object;
  patch?: string;
  more?: object;
} = {}) {
  for (const name of ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"]) vi.stubEnv(name, "");
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const { asked, close } = askTenant(tenant);
  try {
    const staying = () => new Set(["ana@fabrikam.example"]);
    return await review(place, { ...asked, config: { ...values, ...more } }, { patch, staying });
  } finally {
    await close();
  }
}

const changed = {
  fabrikam: `# Who answers: partners@contoso.example
invitations:
  # She began it all.
  - email: Ana@fabrikam.example   # capital letters as in her mail
    displayName: Ana
    expires: "${lastDay}"
  - {email: bo@fabrikam.example, resend: review-${today}}

  - email: cy@fabrikam.example
    resend: review-${day(-40)} # reminded
    expires: "${lastDay}"
  - email: di@fabrikam.example
    expires: "2031-01-01"
`,
  adatum: `email,displayName,expires\nel@adatum.example,El,${lastDay}\nfi@adatum.example,Fi,\n`,
};
const files = { "guests/lists/fabrikam.yaml": changed.fabrikam, "guests/lists/adatum.csv": changed.adatum };

describe("guests review, of a tenant with 400 guests", () => {
  it("proposes a last day or one more mail for those on the list, and changes neither the tenant nor the checkout", async () => {
    const said = (await reviewed()) ?? "";
    expect(said).toContain("proposals for 5 guests");
    expect(said).toMatch(
      new RegExp(`ana@fabrikam.example +last day ${lastDay}, then off the list only +last signed in 200 days ago`),
    );
    expect(said).toContain("1 guest would leave the list and stay in the tenant");
    expect(said).toMatch(/bo@fabrikam.example +one more mail +pending for 31 days/);
    expect(said).toMatch(/cy@fabrikam.example +last day .* +pending for 90 days, reminded on /);
    expect(said).toMatch(/gus@northwind.example +last day .*no column for it: write it by hand/);
    expect(said).not.toMatch(/di@|fi@/);
    expect(said).toContain("--patch FILE writes the change");
    expect(git("status", "--porcelain")).toBe("");
    const writes = tenant
      .requests()
      .filter(({ method, path }) => method !== "GET" && path.startsWith("/v1.0/") && !path.endsWith("/$batch"));
    expect(writes).toEqual([]);
  });

  it("writes a patch that keeps comments and order, and is what the next review has nothing to add to", async () => {
    const patch = path.join(folder, "review.patch");
    expect(await reviewed({ patch })).toContain("git apply");
    git("apply", "review.patch");
    for (const [name, text] of Object.entries(files)) expect(readFileSync(path.join(folder, name), "utf8")).toBe(text);
    expect(parse(changed.fabrikam).invitations[0].expires).toBe(lastDay);
    const again = (await reviewed()) ?? "";
    expect(again).toContain("proposals for 1 guest\n");
    expect(again).toContain("gus@northwind.example");
    git("checkout", "--quiet", "--", ".");
    rmSync(patch);
  });

  it("proposes nobody for sign-ins that are unknown, and says why", async () => {
    tenant.rehearse({ premiumLicence: false });
    const said = await reviewed();
    tenant.rehearse({ premiumLicence: true });
    expect(said).toContain("Nobody is proposed for not signing in. The organisation has no Entra ID P1 licence");
    expect(said).not.toContain("ana@fabrikam.example");
    expect(said).toContain("bo@fabrikam.example");
  });

  it("does nothing in a stack without rules", async () => {
    const { asked, close } = askTenant(tenant);
    expect(await review(place, { ...asked, config: {} })).toBeUndefined();
    await close();
  });
});

const branch = expect.stringMatching(/^guests-review\/prod\/\d{4}-\d{2}-\d{2}-\d{6}$/);
const reference = expect.stringMatching(/^refs\/heads\/guests-review\/prod\//);
const body = expect.stringMatching(
  /stay in the tenant: [\s\S]*`existing: own`[\s\S]*Owners: `@contoso\/partners`, `@mona`/,
);

describe("the pull request of a review", () => {
  const github = () => ({
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: host,
    GITHUB_REPOSITORY: "contoso/guests",
    GITHUB_REF_NAME: "main",
    GITHUB_TOKEN: "gh-token",
  });

  it("on GitHub is a branch with one commit upon the checkout's", async () => {
    answers["GET /repos/contoso/guests/pulls"] = [];
    answers[`GET /repos/contoso/guests/git/commits/${commit}`] = { tree: { sha: "tree-before" } };
    answers["POST /repos/contoso/guests/git/trees"] = { sha: "tree-after" };
    answers["POST /repos/contoso/guests/git/commits"] = { sha: "commit-after" };
    answers["POST /repos/contoso/guests/pulls"] = { html_url: "https://github.example/contoso/guests/pull/8" };
    expect(await reviewed({ variables: github() })).toContain("Proposed: https://github.example/contoso/guests/pull/8");
    expect(requests.slice(2)).toMatchObject([
      {
        url: "/repos/contoso/guests/git/trees",
        body: {
          base_tree: "tree-before",
          tree: Object.entries(files).map(([name, content]) => ({ path: name, mode: "100644", type: "blob", content })),
        },
      },
      { body: { tree: "tree-after", parents: [commit] } },
      { url: "/repos/contoso/guests/git/refs", body: { ref: reference, sha: "commit-after" } },
      { url: "/repos/contoso/guests/pulls", body: { head: branch, base: "main", body } },
    ]);
  });

  it("waits while an earlier one is open: nothing that people may have changed is written over", async () => {
    const url = "https://github.example/contoso/guests/pull/7";
    answers["GET /repos/contoso/guests/pulls"] = [
      { html_url: url, head: { ref: "guests-review/prod/2026-01-01-000000" } },
    ];
    expect(await reviewed({ variables: github() })).toContain(`an earlier one is still open: ${url}`);
    expect(requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("on GitLab is a commit on a new branch, and a merge request", async () => {
    answers["GET /api/v4/projects/42/merge_requests"] = [];
    answers["POST /api/v4/projects/42/merge_requests"] = { web_url: "https://gitlab.example/x/-/merge_requests/3" };
    const variables = {
      GITLAB_CI: "true",
      CI_API_V4_URL: `${host}/api/v4`,
      CI_PROJECT_ID: "42",
      CI_COMMIT_BRANCH: "main",
      GITLAB_REVIEW_TOKEN: "gl-token",
    };
    expect(await reviewed({ variables })).toContain("Proposed: https://gitlab.example/x/-/merge_requests/3");
    const actions = Object.entries(files).map(([name, content]) => ({ action: "update", file_path: name, content }));
    expect(requests.slice(1)).toMatchObject([
      { url: "/api/v4/projects/42/repository/commits", body: { branch, start_sha: commit, actions } },
      { body: { source_branch: branch, target_branch: "main", description: body } },
    ]);
  });

  it("on Azure DevOps is a branch, a push and a pull request", async () => {
    const repository = "/contoso/project-id/_apis/git/repositories/repo-id";
    answers[`GET ${repository}/pullrequests`] = { value: [] };
    answers[`POST ${repository}/pullrequests`] = { pullRequestId: 9, repository: { webUrl: "https://dev.example/r" } };
    const variables = {
      TF_BUILD: "True",
      SYSTEM_COLLECTIONURI: `${host}/contoso/`,
      SYSTEM_TEAMPROJECTID: "project-id",
      BUILD_REPOSITORY_ID: "repo-id",
      BUILD_SOURCEBRANCH: "refs/heads/main",
      SYSTEM_ACCESSTOKEN: "az-token",
    };
    expect(await reviewed({ variables })).toContain("Proposed: https://dev.example/r/pullrequest/9");
    expect(requests.slice(1)).toMatchObject([
      {
        url: `${repository}/refs?api-version=7.1`,
        body: [{ name: reference, oldObjectId: "0".repeat(40), newObjectId: commit }],
      },
      {
        url: `${repository}/pushes?api-version=7.1`,
        body: {
          refUpdates: [{ name: reference, oldObjectId: commit }],
          commits: [
            {
              changes: [
                { item: { path: "/guests/lists/fabrikam.yaml" } },
                { item: { path: "/guests/lists/adatum.csv" } },
              ],
            },
          ],
        },
      },
      { body: { sourceRefName: reference, targetRefName: "refs/heads/main", description: body } },
    ]);
  });

  it("says what a pipeline lacks that may not open one, and shows the review all the same", async () => {
    const said = await reviewed({ variables: { ...github(), GITHUB_TOKEN: "" } });
    expect(said).toContain("No pull request is opened: GITHUB_TOKEN not set.");
    expect(said).toContain("proposals for 5 guests");
    expect(requests).toEqual([]);
  });
});
