/** What Git knows of the checkout: whether it is the newest commit, how files were at the commit before, and who owns them. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { exitStatus, Stop } from "./command-line.ts";

/**
 * Refuses a checkout that is not the newest reviewed commit.
 *
 * Starting an old run again would bring back the list of its day: it would delete the guests added since, and invite
 * those removed since. And nobody has reviewed a changed file.
 *
 * @param folder a folder of the checkout
 * @param branch a branch of the remote `origin`; its newest commit is the only one to apply
 * @throws Stop when the checkout is another commit, has changed files, or cannot be compared
 */
export function refuseUnlessNewest(folder: string, branch: string): void {
  const changed = gitOrRefuse(folder, ["status", "--porcelain", "--untracked-files=no"]);
  if (changed !== "") throw refusal(`These files are not as they were committed:\n${changed}`);

  const here = gitOrRefuse(folder, ["rev-parse", "HEAD"]);
  const [newest = ""] = gitOrRefuse(folder, ["ls-remote", "origin", `refs/heads/${branch}`]).split(/\s/);
  if (newest === "") throw refusal(`The remote "origin" has no branch "${branch}".`);
  if (here !== newest) {
    throw refusal(
      `This checkout is ${here.slice(0, 12)}, and the newest commit of ${branch} is ${newest.slice(0, 12)}. ` +
        "Applying an older list would undo later reviews. Let the newest commit's run apply it.",
    );
  }
}

function gitOrRefuse(folder: string, args: string[]): string {
  const { text, problem } = git(folder, args);
  if (text !== undefined) return text.trim();
  throw refusal(`The checkout cannot be compared: ${problem}`);
}

function refusal(reason: string): Stop {
  return new Stop(`Refused to apply. Nothing was sent.\n${reason}`, exitStatus.refused);
}

/** The commit that a pull request is compared with, or in words why there is none. */
export type Base = { commit: string } | { missing: string };

/**
 * The commit before the pull request, or on a person's machine before the branch.
 *
 * A pipeline checks a pull request out as its merge into the target, whose first parent is the target's newest commit.
 *
 * @param folder a folder of the checkout
 * @param given a commit that the caller names; `undefined` to find it
 * @param environment the process's, in which a pipeline names the target
 */
export function baseCommit(folder: string, given: string | undefined, environment: NodeJS.ProcessEnv): Base {
  const inside = git(folder, ["rev-parse", "--show-toplevel"]);
  if (inside.text === undefined) return { missing: "they are in no Git checkout" };
  if (given !== undefined) {
    return firstCommit(folder, [given]) ?? { missing: `the checkout does not have the commit ${given}` };
  }
  const { GITHUB_BASE_REF, CI_MERGE_REQUEST_DIFF_BASE_SHA, SYSTEM_PULLREQUEST_TARGETBRANCH } = environment;
  if (CI_MERGE_REQUEST_DIFF_BASE_SHA) {
    return firstCommit(folder, [CI_MERGE_REQUEST_DIFF_BASE_SHA]) ?? { missing: tooShallow };
  }
  const target = GITHUB_BASE_REF || SYSTEM_PULLREQUEST_TARGETBRANCH?.replace(/^refs\/heads\//, "");
  if (target) return mergedInto(folder) ?? forkedFrom(folder, [`origin/${target}`]) ?? { missing: tooShallow };
  const branches = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
  return forkedFrom(folder, branches) ?? { missing: "there is no branch main to compare with" };
}

const tooShallow = "the checkout does not have the commit before; fetch one commit more (docs/pipelines.md)";

/** The first parent of a merge. */
function mergedInto(folder: string): Base | undefined {
  return firstCommit(folder, ["HEAD^2"]) && firstCommit(folder, ["HEAD^1"]);
}

/** Where the checkout left the first of these branches that is there. */
function forkedFrom(folder: string, branches: readonly string[]): Base | undefined {
  const branch = branches.find((name) => firstCommit(folder, [name]) !== undefined);
  const { text } = branch === undefined ? {} : git(folder, ["merge-base", "HEAD", branch]);
  return text === undefined ? undefined : { commit: text.trim() };
}

function firstCommit(folder: string, names: readonly string[]): { commit: string } | undefined {
  for (const name of names) {
    const { text } = git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    if (text !== undefined) return { commit: text.trim() };
  }
  return undefined;
}

/**
 * The checkout that a folder is in.
 *
 * @param orElse what to take for its top where it is in none
 * @returns its top, and the commit that is checked out
 * @throws Stop where it is in none
 */
export function checkoutOf(folder: string, { orElse }: { orElse?: string } = {}): { root: string; commit: string } {
  const root = git(folder, ["rev-parse", "--show-toplevel"]);
  const commit = git(folder, ["rev-parse", "HEAD"]).text?.trim() ?? "";
  if (root.text !== undefined && commit !== "") return { root: path.resolve(root.text.trim()), commit };
  if (orElse !== undefined) return { root: orElse, commit: "" };
  throw new Stop(`${folder} is in no Git checkout: ${root.problem}`, exitStatus.failed);
}

/**
 * A file as it was.
 *
 * @param name the file's name in the folder
 * @returns `undefined` where it was not there
 */
export function fileAt(commit: string, folder: string, name: string): string | undefined {
  return git(folder, ["cat-file", "blob", `${commit}:./${name}`]).text;
}

/** The names of the files in a folder, as it was. */
export function namesAt(commit: string, folder: string): string[] {
  return separated(git(folder, ["ls-tree", "-z", "--name-only", commit, "./"]).text);
}

/** The files below a folder that differ from a commit, by their path in the folder; deleted ones as well. */
export function changedSince(commit: string, folder: string): string[] {
  return separated(git(folder, ["diff", "-z", "--name-only", "--no-renames", "--relative", commit, "--", "."]).text);
}

/** A path as the repository knows it; the path itself where there is no repository. */
export function repositoryPath(folder: string, name: string): string {
  return `${git(folder, ["rev-parse", "--show-prefix"]).text?.trim() ?? `${folder}/`}${name}`;
}

function separated(list: string | undefined): string[] {
  return (list ?? "").split("\0").filter((name) => name !== "");
}

const mostBytes = 64 * 1024 * 1024;

function git(folder: string, args: string[]): { text?: string; problem?: string } {
  const options = { encoding: "utf8", maxBuffer: mostBytes } as const;
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], options);
  return status === 0 ? { text: stdout } : { problem: `git ${args[0]} failed: ${(error?.message ?? stderr).trim()}` };
}

/** Where GitHub, GitLab and others look for the owners of files. */
const ownerFiles = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/** Who owns a file of a checkout: the last line of CODEOWNERS that fits. */
export function ownersIn(root: string): (file: string) => string[] {
  const found = ownerFiles.map((name) => path.join(root, name)).find((file) => existsSync(file));
  const rules = (found === undefined ? "" : readFileSync(found, "utf8")).split(/\r?\n/).flatMap((line) => {
    const [pattern = "", ...owners] = line
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    return pattern === "" || /^\^?\[/.test(pattern) ? [] : [{ fits: patternOf(pattern), owners }];
  });
  return (file) => rules.findLast(({ fits }) => fits.test(file))?.owners ?? [];
}

/** A pattern of CODEOWNERS, which are those of `.gitignore`: a folder holds all below it, `*` no slash, `**` any. */
export function patternOf(pattern: string): RegExp {
  const isAnchored = pattern.replace(/\/$/, "").includes("/");
  const source = pattern
    .replace(/^\//, "")
    .replace(/\/$/, "/**")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/|\*\*|\*|\?/g, (wildcard) => ({ "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*" })[wildcard] ?? "[^/]");
  return new RegExp(`^${isAnchored ? "" : "(?:.*/)?"}${source}(?:/.*)?$`);
}
