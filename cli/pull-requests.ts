/**
 * Pull requests of GitHub, GitLab and Azure DevOps: a new branch with changed files, and the question to merge it. It needs
 * no package, so the job that may write to the repository installs none.
 */
import { readFileSync } from "node:fs";
import { type ApiRequest, NoComments, required, send } from "./code-hosts.ts";
import { type Command, exitStatus, Stop, shortName } from "./command-line.ts";
import { say } from "./log-lines.ts";

/** Opens the pull requests of reviews that `daily` has saved, in a job that may write and signs in nowhere. */
export const openReviewCommand: Command = {
  options: { stack: { value: "NAME", required: true, help: "The stack whose review every file has to be." } },
  takes: "FILE...",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run({ values: { stack = "" }, rest: files }) {
    for (const file of files) {
      const proposal = savedProposal(readFileSync(file, "utf8"), stack);
      if (proposal === undefined) throw new Stop(`${file} is no review of stack ${stack}.`, exitStatus.failed);
      say(await openProposal(stack, () => proposal));
    }
    return exitStatus.fine;
  },
};

/** The names of a stack's reviews begin with this. */
function kindOf(stack: string): string {
  return `guests-review/${shortName(stack)}/`;
}

/**
 * Opens the pull request of a review where a pipeline runs this, unless an earlier one is open.
 *
 * @returns what became of it, in words
 */
export async function openProposal(stack: string, proposal: () => Proposal): Promise<string> {
  try {
    const host = proposalHost(process.env);
    if (host === undefined)
      return "No pipeline runs this, so no pull request is opened; --patch FILE writes the change.";
    const open = await host.findOpen(kindOf(stack));
    if (open !== undefined) return `No new review was opened, because an earlier one is still open: ${open}`;
    return `Proposed: ${await host.open(proposal())}`;
  } catch (error) {
    if (!(error instanceof NoComments)) throw error;
    return `No pull request is opened: ${error.message}`;
  }
}

/** The branch of a review, named after its time. */
export function branchOf(stack: string, at: string): string {
  return `${kindOf(stack)}${at.slice(0, 19).replace("T", "-").replaceAll(":", "")}`;
}

/** Reads a saved proposal; `undefined` where the text is none of this stack, or would change something else than lists. */
export function savedProposal(text: string, stack: string): Proposal | undefined {
  const { branch, base, title, body, files } = JSON.parse(text) as Proposal;
  const isList = ({ path, text: content }: Proposal["files"][number]) =>
    /^[^./\\][^\\]*\.(csv|ya?ml)$/i.test(path) && !path.split("/").includes("..") && typeof content === "string";
  const isText = [branch, base, title, body].every((one) => typeof one === "string");
  if (!isText || !branch.startsWith(kindOf(stack)) || !Array.isArray(files) || !files.every(isList)) return undefined;
  return { branch, base, title, body, files: files.map(({ path, text: content }) => ({ path, text: content })) };
}

/** A change that somebody else is to decide on. */
export interface Proposal {
  /** The name of the new branch. */
  branch: string;
  /** The commit that the files were changed from. */
  base: string;
  title: string;
  /** Markdown. */
  body: string;
  /** The changed files, by their path in the repository. */
  files: readonly { path: string; text: string }[];
}

/** What a code host does for a proposal. */
interface ProposalHost {
  /** The web address of an open pull request whose branch begins so, where there is one. */
  findOpen(kind: string): Promise<string | undefined>;
  /** Makes the branch, and the pull request into the branch that the pipeline runs for; gives its web address. */
  open(proposal: Proposal): Promise<string>;
}

/**
 * The code host whose pipeline runs this process.
 *
 * @param environment the process's, by which the systems are told apart
 * @returns `undefined` outside of a pipeline
 * @throws NoComments that says what the pipeline lacks
 */
function proposalHost(environment: NodeJS.ProcessEnv): ProposalHost | undefined {
  if (environment.GITHUB_ACTIONS) return github(environment);
  if (environment.GITLAB_CI) return gitlab(environment);
  if (environment.TF_BUILD) return azureDevOps(environment);
  return undefined;
}

/** As many open pull requests as are looked through for one of ours. */
const looked = 100;

/**
 * Sources: GitHub's REST reference, "Git database" and "Pulls". The job needs `contents: write` and `pull-requests: write`,
 * and the repository's setting that lets workflows open pull requests.
 */
function github(environment: NodeJS.ProcessEnv): ProposalHost {
  const remedy =
    "Run this in a workflow on a branch, with GITHUB_TOKEN in the step's env, `contents: write` and `pull-requests: write`.";
  const names = ["GITHUB_REPOSITORY", "GITHUB_TOKEN", "GITHUB_REF_NAME"] as const;
  const {
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: token,
    GITHUB_REF_NAME: target,
  } = required(environment, names, remedy);
  const root = `${environment.GITHUB_API_URL || "https://api.github.com"}/repos/${repository}`;
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "x-github-api-version": "2022-11-28",
  };
  const ask = <Answer>(method: ApiRequest["method"], path: string, body?: unknown) =>
    send({ method, url: `${root}${path}`, headers, ...(body !== undefined && { body }) }) as Promise<Answer>;
  return {
    async findOpen(kind) {
      const query = `state=open&base=${encodeURIComponent(target)}&per_page=${looked}`;
      const open = await ask<{ html_url: string; head: { ref: string } }[]>("GET", `/pulls?${query}`);
      return open.find(({ head }) => head.ref.startsWith(kind))?.html_url;
    },
    async open({ branch, base, title, body, files }) {
      const { tree: before } = await ask<{ tree: { sha: string } }>("GET", `/git/commits/${base}`);
      const tree = files.map(({ path, text }) => ({ path, mode: "100644", type: "blob", content: text }));
      const { sha: made } = await ask<{ sha: string }>("POST", "/git/trees", { base_tree: before.sha, tree });
      const commit = await ask<{ sha: string }>("POST", "/git/commits", {
        message: title,
        tree: made,
        parents: [base],
      });
      await ask("POST", "/git/refs", { ref: `refs/heads/${branch}`, sha: commit.sha });
      const opened = await ask<{ html_url: string }>("POST", "/pulls", { title, body, head: branch, base: target });
      return opened.html_url;
    },
  };
}

/**
 * Sources: GitLab's REST reference, "Commits API" and "Merge requests API". A job's own token may not push, so this takes a
 * project access token with the scope `api` and the role Developer.
 */
function gitlab(environment: NodeJS.ProcessEnv): ProposalHost {
  const remedy =
    "Run this in a branch pipeline, with a project access token (scope api, role Developer) in the masked variable " +
    "GITLAB_REVIEW_TOKEN.";
  const names = ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_COMMIT_BRANCH", "GITLAB_REVIEW_TOKEN"] as const;
  const values = required(environment, names, remedy);
  const root = `${values.CI_API_V4_URL}/projects/${values.CI_PROJECT_ID}`;
  const headers = { "private-token": values.GITLAB_REVIEW_TOKEN };
  const target = values.CI_COMMIT_BRANCH;
  return {
    async findOpen(kind) {
      const query = `state=opened&target_branch=${encodeURIComponent(target)}&per_page=${looked}`;
      const open = await send({ method: "GET", url: `${root}/merge_requests?${query}`, headers });
      return (open as { web_url: string; source_branch: string }[]).find(({ source_branch: source }) =>
        source.startsWith(kind),
      )?.web_url;
    },
    async open({ branch, base, title, body, files }) {
      const actions = files.map(({ path, text }) => ({ action: "update", file_path: path, content: text }));
      const commit = { branch, start_sha: base, commit_message: title, actions };
      await send({ method: "POST", url: `${root}/repository/commits`, headers, body: commit });
      const request = {
        source_branch: branch,
        target_branch: target,
        title,
        description: body,
        remove_source_branch: true,
      };
      const opened = await send({ method: "POST", url: `${root}/merge_requests`, headers, body: request });
      return (opened as { web_url: string }).web_url;
    },
  };
}

/** What stands for "no commit" where a branch is made. */
const noCommit = "0".repeat(40);

/**
 * Sources: Azure DevOps's REST reference 7.1, "Refs", "Pushes" and "Pull Requests". The build service needs the
 * repository's permissions "Contribute", "Create branch" and "Contribute to pull requests".
 */
function azureDevOps(environment: NodeJS.ProcessEnv): ProposalHost {
  const names = [
    ...(["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECTID", "BUILD_REPOSITORY_ID"] as const),
    ...(["BUILD_SOURCEBRANCH", "SYSTEM_ACCESSTOKEN"] as const),
  ];
  const remedy = "Run this in a build of a branch, with SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the step's env.";
  const values = required(environment, names, remedy);
  const collection = values.SYSTEM_COLLECTIONURI.replace(/\/$/, "");
  const root = `${collection}/${values.SYSTEM_TEAMPROJECTID}/_apis/git/repositories/${values.BUILD_REPOSITORY_ID}`;
  const headers = { authorization: `Bearer ${values.SYSTEM_ACCESSTOKEN}` };
  const target = values.BUILD_SOURCEBRANCH;
  const ask = <Answer>(method: ApiRequest["method"], path: string, body?: unknown) => {
    const url = `${root}${path}${path.includes("?") ? "&" : "?"}api-version=7.1`;
    return send({ method, url, headers, ...(body !== undefined && { body }) }) as Promise<Answer>;
  };
  interface PullRequest {
    pullRequestId: number;
    sourceRefName: string;
    repository?: { webUrl?: string };
  }
  const address = ({ pullRequestId: id, repository }: PullRequest) =>
    `${repository?.webUrl ?? root.replace("/_apis/git/repositories/", "/_git/")}/pullrequest/${id}`;
  return {
    async findOpen(kind) {
      const query = `searchCriteria.status=active&searchCriteria.targetRefName=${encodeURIComponent(target)}&$top=${looked}`;
      const { value } = await ask<{ value: PullRequest[] }>("GET", `/pullrequests?${query}`);
      const found = value.find(({ sourceRefName }) => sourceRefName.startsWith(`refs/heads/${kind}`));
      return found && address(found);
    },
    async open({ branch, base, title, body, files }) {
      const name = `refs/heads/${branch}`;
      await ask("POST", "/refs", [{ name, oldObjectId: noCommit, newObjectId: base }]);
      const changes = files.map(({ path, text }) => ({
        changeType: "edit",
        item: { path: `/${path}` },
        newContent: { content: text, contentType: "rawtext" },
      }));
      await ask("POST", "/pushes", {
        refUpdates: [{ name, oldObjectId: base }],
        commits: [{ comment: title, changes }],
      });
      const request = { sourceRefName: name, targetRefName: target, title, description: body.slice(0, 4000) };
      return address(await ask<PullRequest>("POST", "/pullrequests", request));
    },
  };
}
