import { spawnSync } from "node:child_process";
import { exitStatus, Stop } from "../exit-status.ts";

/**
 * Refuses a checkout that is not what was reviewed last.
 *
 * An old run that somebody starts again would bring back the list of its day: guests who were added since would be
 * deleted, and guests who were removed since would be invited. Files changed on the way were never reviewed.
 *
 * @param folder a folder of the checkout
 * @param branch the branch of the remote `origin` whose newest commit alone may be applied
 * @throws Stop when the checkout is not that commit, has changed files, or cannot be compared
 */
export function refuseUnlessNewest(folder: string, branch: string): void {
  const changed = git(folder, ["status", "--porcelain", "--untracked-files=no"]);
  if (changed !== "") throw refusal(`These files are not as they were committed:\n${changed}`);

  const here = git(folder, ["rev-parse", "HEAD"]);
  const [newest = ""] = git(folder, ["ls-remote", "origin", `refs/heads/${branch}`]).split(/\s/);
  if (newest === "") throw refusal(`The remote "origin" has no branch "${branch}".`);
  if (here !== newest) {
    throw refusal(
      `This checkout is ${here.slice(0, 12)}, and the newest commit of ${branch} is ${newest.slice(0, 12)}. ` +
        "Applying an older list would undo what was reviewed since; let the run of the newest commit do it.",
    );
  }
}

function git(folder: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8" });
  if (status === 0) return stdout.trim();
  throw refusal(`The checkout cannot be compared: git ${args[0]} failed: ${(error?.message ?? stderr).trim()}`);
}

function refusal(reason: string): Stop {
  return new Stop(`Refused to apply. Nothing was sent.\n${reason}`, exitStatus.refused);
}
