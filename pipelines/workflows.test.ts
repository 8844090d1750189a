import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { guestOfIssue } from "../cli/add-and-remove.ts";
import { platforms } from "../tools/release/plugin-archives.ts";
import { nodeProgram, repository } from "../tools/toolchain.ts";

const workflowsFolder = path.join(repository, ".github", "workflows");
const workflows = readdirSync(workflowsFolder);
/** What `guests init` makes; its pipelines keep the same rules. */
const guestRepository = path.join(repository, "examples", "guest-repository");
const workflowsOfGuests = path.join(guestRepository, ".github", "workflows");
const everywhere = [workflowsFolder, workflowsOfGuests].flatMap((folder) =>
  readdirSync(folder).map((name): [file: string, path: string] => {
    const file = path.join(folder, name);
    return [path.relative(repository, file), file];
  }),
);
/** The one workflow that has nothing to do with guests: it publishes the packages. */
const release = "release.yml";
const pipelines = path.join(repository, "pipelines");

interface Workflow {
  on: Record<string, unknown>;
  permissions: unknown;
  jobs: Record<string, Job>;
}
interface Job {
  if?: string;
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  "timeout-minutes"?: number;
  env?: Record<string, string>;
  strategy?: { matrix: { include?: { platform: string }[] } };
  steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

describe.each(workflows.filter((file) => file !== release))("the workflow %s, which looks after guests", (file) => {
  it("writes nothing to the repository but reviews, and never has a token of Entra together with one that comments", () => {
    const workflow = parse(readFileSync(path.join(workflowsFolder, file), "utf8")) as Workflow;
    for (const [name, { permissions = {} }] of Object.entries(workflow.jobs)) {
      if (file === "daily.yml" && name === "review") continue;
      expect(permissions.contents).toBe("read");
      expect(Object.keys(permissions).filter((name) => permissions[name] === "write").length).toBeLessThanOrEqual(1);
    }
  });
});

describe.each(everywhere)("the workflow %s", (_, file) => {
  const text = readFileSync(file, "utf8");
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);

  it("passes GitHub's own language service", async () => {
    expect(await githubProblems(text)).toEqual([]);
  });

  it("takes no permission for all jobs, and says for each job what it needs", () => {
    expect(workflow.permissions).toEqual({});
    for (const [name, { permissions }] of jobs) expect({ name, permissions }).toMatchObject({ permissions: {} });
  });

  it("pins every action to a commit, and names its version", () => {
    const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+(?:\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("uses no stored secret", () => {
    expect(text).not.toMatch(/secrets\s*[.[]/);
    expect(text).not.toMatch(/CLIENT_SECRET|ACCESS_TOKEN:/);
  });

  it("lets no text of a pull request into a shell, and runs no foreign code with rights", () => {
    for (const step of jobs.flatMap(([, job]) => job.steps)) expect(step.run ?? "").not.toContain("${{");
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
  });

  it("gives up some time", () => {
    for (const [, job] of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });
});

describe("the workflow that releases", () => {
  const { on, jobs } = parse(readFileSync(path.join(workflowsFolder, release), "utf8")) as Workflow;
  const writes = ({ permissions = {} }: Job) =>
    Object.keys(permissions).filter((name) => permissions[name] === "write");

  it("starts from a tag only", () => {
    expect(on).toEqual({ push: { tags: ["v*"] } });
  });

  it("gives each right to one job, and the rights to publish to an environment where people must agree", () => {
    const rights = Object.entries(jobs).map(([name, job]) => [name, writes(job), job.environment]);

    expect(rights).toEqual([
      ["packages", [], undefined],
      ["plugin", [], undefined],
      ["attest", ["id-token", "attestations"], undefined],
      ["github", ["contents"], "release"],
      ["npm", ["id-token"], "release"],
    ]);
  });

  it("runs no code of the repository and installs nothing where it has a right", () => {
    for (const { steps } of Object.values(jobs).filter((job) => writes(job).length > 0)) {
      expect(steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))).toEqual([]);
      expect(steps.filter(({ run }) => /npm (ci|install|run|exec)|npx|node /.test(run ?? ""))).toEqual([]);
    }
  });

  it("makes an archive for each platform that Pulumi knows", () => {
    const made = (jobs.plugin?.strategy?.matrix.include ?? []).map(({ platform }) => platform);

    expect(made).toEqual(platforms.map(({ os, arch }) => `${os}-${arch}`));
  });
});

describe.each([
  ["of this repository", workflowsFolder, "node cli/main.ts"],
  ["of a guest repository", workflowsOfGuests, "npx guests"],
])("the workflows %s together", (_, folder, guests) => {
  const jobs = readdirSync(folder).flatMap((file) =>
    Object.values((parse(readFileSync(path.join(folder, file), "utf8")) as Workflow).jobs),
  );
  const runs = (command: string) =>
    jobs.filter(({ steps }) => steps.some(({ run }) => run?.includes(`${guests} ${command}`)));

  it("never let a stack run in parallel with itself, nor stop it half-way", () => {
    const changing = [...runs("apply"), ...runs("daily")];
    expect(changing).toHaveLength(2);
    for (const { concurrency } of changing) {
      const group = expect.stringMatching(/^stack-\$\{\{ matrix\.stack \}\}$/);
      expect(concurrency).toEqual({ group, queue: "max", "cancel-in-progress": false });
    }
  });

  it("change a stack only from main, in an environment of its own", () => {
    for (const job of [...runs("apply"), ...runs("daily")]) {
      expect(job.if).toContain("github.ref == 'refs/heads/main'");
      expect(job.environment).toContain("matrix.stack");
    }
  });

  it("give a pull request another identity than the one that changes guests, and a fork none", () => {
    const [preview] = runs("preview");
    expect(preview?.env?.ARM_CLIENT_ID).toMatch(/ vars\.ARM_PREVIEW_CLIENT_ID /);
    expect(preview?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
    expect(preview?.environment).toBeUndefined();
  });

  it("[M9] check a pull request out with the commit before, to compare the policies' settings", () => {
    const [preview] = runs("preview");
    expect(preview?.steps[0]?.with?.["fetch-depth"]).toBe(2);
  });

  it("[M8] post a comment as that of the stack whose job made it", () => {
    const [comment] = runs("post-comment");
    const step = comment?.steps.find(({ run }) => run?.includes("post-comment"))?.run;
    expect(step).toMatch(/post-comment --stack "\$\{folder#comment-\}" "\$file"/);
  });

  it("comment with the program of the base, not with that of the pull request", () => {
    const [comment] = runs("post-comment");
    expect(comment?.steps[0]?.with?.ref).toMatch(/ github\.event\.pull_request\.base\.sha /);
    const npm = comment?.steps.flatMap(({ run = "" }) => run.split("\n").filter((line) => /\bnpm\b/.test(line)));
    expect(npm).toEqual(folder === workflowsFolder ? [] : ["npm ci --omit=dev --ignore-scripts --no-audit --no-fund"]);
  });
});

describe.each([
  ["in this repository", workflowsFolder, 0],
  ["in a guest repository", workflowsOfGuests, 1],
])("the pull request of a review %s", (_, folder, installs) => {
  const { jobs } = parse(readFileSync(path.join(folder, "daily.yml"), "utf8")) as Workflow;

  it("is opened by a job that has no identity, only from main, and only where reviews are switched on", () => {
    expect(Object.keys(jobs)).toEqual(["daily", "review"]);
    expect(jobs.daily?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(jobs.review?.permissions).toEqual({ contents: "write", "pull-requests": "write" });
    expect(jobs.review?.if).toContain("github.ref == 'refs/heads/main'");
    expect(jobs.review?.if).toContain("vars.GUESTS_REVIEW == 'true'");
    expect(jobs.review?.environment).toBeUndefined();
    const steps = jobs.review?.steps ?? [];
    expect(steps[0]?.with?.["persist-credentials"]).toBe(false);
    expect(steps.filter(({ run }) => /\bnpm /.test(run ?? ""))).toHaveLength(installs);
    const run = steps.find(({ run }) => run?.includes("open-review"))?.run;
    expect(run).toMatch(/open-review --stack "\$\{folder#review-\}" "\$file"/);
  });

  it("is not opened by the daily run, which hands it over", () => {
    const daily = jobs.daily?.steps.find(({ run }) => run?.includes(" daily "))?.run;
    expect(daily).toContain('--save-review "$OUT/review.json"');
    expect(JSON.stringify(jobs.daily)).not.toContain("github.token");
  });
});

describe("the workflow that makes a pull request of an issue", () => {
  const { on, jobs } = parse(readFileSync(path.join(workflowsOfGuests, "invite.yml"), "utf8")) as Workflow;

  it("reads the issue where it may write nothing, and writes where it runs no package", () => {
    expect(Object.keys(on)).toEqual(["issues"]);
    const rights = Object.entries(jobs).map(([name, { permissions, steps }]) => [
      name,
      permissions,
      steps.some(({ run }) => /\b(?:npm|npx|node)\b/.test(run ?? "")),
    ]);
    expect(rights).toEqual([
      ["list", { contents: "read" }, true],
      ["propose", { contents: "write", "pull-requests": "write" }, false],
      ["refuse", { issues: "write" }, false],
    ]);
    expect(jobs.list?.if).toContain("author_association");
  });

  it("hands no text of the issue to a step: only its number, and the name of an account", () => {
    const text = readFileSync(path.join(workflowsOfGuests, "invite.yml"), "utf8");
    const values = [...text.matchAll(/\$\{\{ (.*?) \}\}/g)].map(([, value]) => value);
    expect(values.filter((value) => /event|outputs/.test(value ?? "")).sort()).toEqual([
      "github.event.issue.number",
      "github.event.issue.number",
      "needs.list.outputs.reviewer",
      "steps.add.outputs.result",
      "steps.add.outputs.reviewer",
    ]);
  });

  it("knows the fields of the form", () => {
    const form = parse(
      readFileSync(path.join(guestRepository, ".github", "ISSUE_TEMPLATE", "invite-a-guest.yml"), "utf8"),
    );
    const answers: Record<string, string> = { email: "ana@fabrikam.example", name: "Ana", reviewer: "mona-lisa" };
    const fields = (form.body as { id?: string; attributes: { label?: string } }[]).filter(({ id }) => id);
    const body = fields.map(({ id = "", attributes }) => `### ${attributes.label}\n\n${answers[id] ?? `an ${id}`}`);
    expect(guestOfIssue(body.join("\n\n"))).toEqual({
      guest: { email: "ana@fabrikam.example", displayName: "Ana", sponsors: ["an sponsor"], expires: "an expires" },
      reviewer: "mona-lisa",
    });
  });
});

describe("the issue forms", () => {
  const folders = [repository, guestRepository].map((folder) => path.join(folder, ".github", "ISSUE_TEMPLATE"));
  const forms = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name !== "config.yml")
      .map((name): [string, string] => [path.relative(repository, path.join(folder, name)), path.join(folder, name)]),
  );
  const element = {
    type: "object",
    required: ["type", "attributes"],
    properties: {
      type: { enum: ["markdown", "input", "textarea", "dropdown", "checkboxes"] },
      id: { type: "string", pattern: "^[\\w-]+$" },
      attributes: { type: "object" },
      validations: { type: "object", properties: { required: { type: "boolean" } }, additionalProperties: false },
    },
    additionalProperties: false,
  };
  /** GitHub's "Syntax for issue forms", as far as these use it. */
  const schema = {
    type: "object",
    required: ["name", "description", "body"],
    properties: {
      name: { type: "string" },
      description: { type: "string", maxLength: 200 },
      title: { type: "string" },
      labels: { type: "array", items: { type: "string" } },
      body: { type: "array", items: element },
    },
    additionalProperties: false,
  };

  it.each(forms)("%s is one that GitHub takes, and asks for something", (_, file) => {
    const form = parse(readFileSync(file, "utf8"));
    const ajv = new Ajv({ allErrors: true });
    expect(ajv.validate(schema, form), ajv.errorsText()).toBe(true);
    const asked = (form.body as { type: string; id?: string; attributes: { label?: string } }[]).filter(
      ({ type }) => type !== "markdown",
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ id, attributes }) => !id || !attributes.label)).toEqual([]);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
  });
});

describe("a workflow with a mistake", () => {
  it("is found out", async () => {
    const text = `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    stpes: []\n    steps:\n      - run: echo \${{ foo.bar }}\n`;
    expect(await githubProblems(text)).toEqual(expect.arrayContaining([expect.stringContaining("stpes")]));
  });
});

// gitlab-ci-local is a program of its own, which takes seconds to start on a busy machine.
describe("gitlab-ci.yml", { timeout: 60_000 }, () => {
  const text = readFileSync(path.join(pipelines, "gitlab-ci.yml"), "utf8");

  it("passes GitLab's schema and makes the jobs of each stack", () => {
    const listed = gitlabJobs(text);
    for (const job of ["check", "preview dev", "preview prod", "apply dev", "apply prod", "daily dev", "daily prod"]) {
      expect(listed).toContain(job);
    }
  });

  it("passes in a guest repository, too", () => {
    const own = readFileSync(path.join(guestRepository, ".gitlab-ci.yml"), "utf8");
    const listed = gitlabJobs(own);
    for (const job of ["check", "preview prod", "apply prod", "daily prod"]) expect(listed).toContain(job);
    const jobs = parse(own) as Record<string, { resource_group?: string }>;
    expect([jobs["apply prod"], jobs["daily prod"]].map((job) => job?.resource_group)).toEqual(
      Array(2).fill("stack-prod"),
    );
  });

  it("is found out when it has a mistake", () => {
    expect(() => gitlabJobs(text.replace("  interruptible:", "  interuptible:"))).toThrow(/interuptible/);
  });

  it("never lets a stack run in parallel with itself", () => {
    const jobs = parse(text) as Record<string, { resource_group?: string }>;
    for (const stack of ["dev", "prod"]) {
      expect(jobs[`apply ${stack}`]?.resource_group).toBe(`stack-${stack}`);
      expect(jobs[`daily ${stack}`]?.resource_group).toBe(`stack-${stack}`);
    }
  });
});

describe.each([
  ["in this repository", pipelines],
  ["in a guest repository", guestRepository],
])("azure-pipelines.yml %s", (_, folder) => {
  const files = ["azure-pipelines.yml", ...readdirSync(path.join(folder, "azure")).map((file) => `azure/${file}`)];
  const schema = JSON.parse(readFileSync(path.join(pipelines, "schemas", "azure-pipelines.schema.json"), "utf8"));
  const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);

  it.each(files)("%s passes the schema", (file) => {
    validate(parse(readFileSync(path.join(folder, file), "utf8")));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(files)("%s has no anchor, which Azure Pipelines does not read", (file) => {
    expect(readFileSync(path.join(folder, file), "utf8")).not.toMatch(/^\s*(?:- )?(?:\w+: )?[&*]\w+\s*$/m);
  });

  it("names templates that exist, with the parameters they ask for", () => {
    for (const file of files) {
      for (const { template, parameters = {} } of templatesOf(parse(readFileSync(path.join(folder, file), "utf8")))) {
        const used = path.join(folder, path.dirname(file), template);
        const declared = (parse(readFileSync(used, "utf8")).parameters ?? []) as { name: string }[];
        expect(Object.keys(parameters).sort()).toEqual(declared.map(({ name }) => name).sort());
      }
    }
  });

  it("is found out when it has a mistake", () => {
    expect(validate({ stages: [{ stage: "a", jobs: [{ job: "b", stpes: [] }] }] })).toBe(false);
  });
});

describe("all three systems", () => {
  const texts = {
    github: workflows.map((file) => readFileSync(path.join(workflowsFolder, file), "utf8")).join("\n"),
    azure: readFileSync(path.join(pipelines, "azure-pipelines.yml"), "utf8"),
    gitlab: readFileSync(path.join(pipelines, "gitlab-ci.yml"), "utf8"),
  };

  const ofGuests = {
    github: readdirSync(workflowsOfGuests)
      .map((file) => readFileSync(path.join(workflowsOfGuests, file), "utf8"))
      .join("\n"),
    azure: readFileSync(path.join(guestRepository, "azure-pipelines.yml"), "utf8"),
    gitlab: readFileSync(path.join(guestRepository, ".gitlab-ci.yml"), "utf8"),
  };

  it.each([...Object.entries(texts), ...Object.entries(ofGuests)])("%s calls the same commands", (_, text) => {
    const calls = text.matchAll(/(?:node cli\/main\.ts|npx guests) ([\w-]+)/g);
    // GitHub's issue form has no counterpart in the other two, and its daily run may not open a pull request itself.
    const onGitHubOnly = ["add", "open-review"];
    const commands = new Set(
      [...calls].map(([, command = ""]) => command).filter((one) => !onGitHubOnly.includes(one)),
    );
    expect([...commands].sort()).toEqual(["apply", "daily", "post-comment", "preview"]);
  });

  it("has its lists checked in a guest repository by `npm test`, which needs no login", () => {
    for (const text of Object.values(ofGuests)) expect(text).toMatch(/(run|script|-): ?npm test|- npm test/);
  });
});

describe("[Low] a job that may ask for an identity", () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  const read = (file: string) => readFileSync(path.join(pipelines, file), "utf8");
  // Every workspace but the tenant, whose packages are a web server's and a mail server's, and what makes new repositories.
  const workspaces = (JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")).workspaces as string[])
    .filter((name) => !["tenant", "create"].includes(name))
    .sort()
    .map((name) => ` --workspace ${name}`);
  const install = `npm ci --omit=dev --ignore-scripts --no-audit --no-fund --include-workspace-root${workspaces.join("")}`;
  const scriptsOf = (value: unknown): string[] => {
    if (value === null || typeof value !== "object") return [];
    const own = ["script", "inlineScript", "before_script", "run"].flatMap(
      (key) => (value as Record<string, string | string[]>)[key] ?? [],
    );
    return [...own.filter((text) => typeof text === "string"), ...Object.values(value).flatMap(scriptsOf)];
  };

  /** What each job runs that may be believed by Entra or by the state's backend. */
  function withIdentity(): [name: string, scripts: string[]][] {
    const ofGuests = workflows.filter((file) => file !== release);
    const github = ofGuests.flatMap((file) => {
      const { jobs } = parse(readFileSync(path.join(workflowsFolder, file), "utf8")) as Workflow;
      const trusted = Object.entries(jobs).filter(([, { permissions }]) => permissions?.["id-token"] === "write");
      return trusted.map(([name, job]): [string, string[]] => [`GitHub: ${file}, ${name}`, scriptsOf(job)]);
    });
    const gitlab = parse(read("gitlab-ci.yml")) as Record<string, { id_tokens?: object }>;
    const azure = ["install.yml", "signed-in.yml", "deployment.yml"].flatMap((file) =>
      scriptsOf(parse(read(`azure/${file}`))),
    );
    const tokens = Object.entries(gitlab).filter(([, job]) => job?.id_tokens !== undefined);
    return [
      ...github,
      ...tokens.map(([name, job]): [string, string[]] => [`GitLab: ${name}`, scriptsOf(job)]),
      ["Azure", azure],
    ];
  }

  it.each(withIdentity())(
    "installs no development package and none of the tenant's, and runs no script of one (%s)",
    (_, scripts) => {
      const calls = scripts
        .flatMap((script) => script.split("\n"))
        .filter((line) => /\b(?:npm|npx|yarn|pnpm)\b/.test(line));
      expect(calls).toEqual([install]);
    },
  );

  it("is every one that runs a command on a stack", () => {
    const names = withIdentity().map(([name]) => name);
    expect(names).toEqual([
      "GitHub: apply.yml, apply",
      "GitHub: daily.yml, daily",
      "GitHub: pull-request.yml, preview",
      "GitLab: .stack",
      "Azure",
    ]);
    const templates = templatesOf(parse(read("azure-pipelines.yml"))).map(({ template }) => template);
    expect(templates.filter((template) => template === "azure/set-up.yml")).toHaveLength(1);
    expect(templatesOf(parse(read("azure/deployment.yml"))).map(({ template }) => template)).not.toContain(
      "set-up.yml",
    );
  });

  it("installs and runs nothing else in a guest repository, either", () => {
    const { jobs } = parse(readFileSync(path.join(workflowsOfGuests, "apply.yml"), "utf8")) as Workflow;
    const { ".stack": gitlab } = parse(readFileSync(path.join(guestRepository, ".gitlab-ci.yml"), "utf8"));
    const azure = parse(readFileSync(path.join(guestRepository, "azure", "install.yml"), "utf8"));
    for (const scripts of [scriptsOf(jobs), scriptsOf(gitlab), scriptsOf(azure)]) {
      const calls = scripts
        .flatMap((script) => script.split("\n"))
        .filter((line) => /\b(?:npm|npx|yarn|pnpm)\b/.test(line) && !line.includes("npx guests "));
      expect(calls).toEqual(["npm ci --omit=dev --ignore-scripts --no-audit --no-fund"]);
    }
  });

  it("has the Pulumi CLI of the SDK's version", () => {
    const texts = [...workflows.map((file) => readFileSync(path.join(workflowsFolder, file), "utf8"))];
    texts.push(read("gitlab-ci.yml"), read("azure/install.yml"));
    texts.push(
      ...readdirSync(workflowsOfGuests).map((file) => readFileSync(path.join(workflowsOfGuests, file), "utf8")),
    );
    for (const file of [".gitlab-ci.yml", "azure/install.yml"]) {
      texts.push(readFileSync(path.join(guestRepository, file), "utf8"));
    }
    const versions = texts.flatMap((text) => [...text.matchAll(/pulumi.?version: (\S+)|--version (\d\S+)/gi)]);
    expect(versions.map(([, one, other]) => one ?? other)).toEqual(Array(10).fill(dependencies["@pulumi/pulumi"]));
  });
});

/** What the language service that GitHub's editor extension runs says about a workflow. */
async function githubProblems(text: string): Promise<string[]> {
  // It imports JSON the way a bundler reads it, without the attribute that Node asks for.
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
  });
  try {
    const { validate } = await import("@actions/languageservice");
    const { TextDocument } = await import("vscode-languageserver-textdocument");
    // The service remembers what it has parsed by the file's name.
    const file = `file:///.github/workflows/${createHash("sha256").update(text).digest("hex")}.yml`;
    const problems = await validate(TextDocument.create(file, "yaml", 1, text), {});
    return problems.map(({ range, message }) => `line ${range.start.line + 1}: ${message}`);
  } finally {
    hooks.deregister();
  }
}

/** Parses a GitLab pipeline with gitlab-ci-local, which knows GitLab's own schema, and lists its jobs. */
function gitlabJobs(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-gitlab-"));
  try {
    writeFileSync(path.join(folder, ".gitlab-ci.yml"), text);
    cpSync(path.join(repository, "package-lock.json"), path.join(folder, "package-lock.json"));
    const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { stdio: "pipe" });
    git("init", "--quiet", "--initial-branch=main");
    git("remote", "add", "origin", "git@gitlab.example:contoso/guests.git");
    git("-c", "user.name=t", "-c", "user.email=t@contoso.example", "commit", "--quiet", "--allow-empty", "-m", "empty");
    const entry = createRequire(import.meta.url).resolve("gitlab-ci-local/package.json");
    const program = path.join(path.dirname(entry), JSON.parse(readFileSync(entry, "utf8")).bin);
    const args = [program, "--list-all"];
    return execFileSync(nodeProgram(), args, {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
      env: { ...process.env, HOME: folder },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function templatesOf(value: unknown): { template: string; parameters?: object }[] {
  if (value === null || typeof value !== "object") return [];
  const own = "template" in value ? [value as { template: string }] : [];
  return [...own, ...Object.values(value).flatMap(templatesOf)];
}
