import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { cliFitsSdk } from "./version.mjs";

/**
 * Looks for a `pulumi` on PATH that fits the SDK and has a Node language host beside it.
 * @param {string} sdk the version of @pulumi/pulumi
 * @param {string} [searchPath]
 * @returns {string | undefined} its folder
 */
export function findOnPath(sdk, searchPath = process.env.PATH ?? "") {
  const suffix = process.platform === "win32" ? ".exe" : "";
  for (const folder of searchPath.split(path.delimiter)) {
    const program = path.join(folder, `pulumi${suffix}`);
    if (!path.isAbsolute(folder) || !existsSync(program)) continue;
    const version = versionOf(program);
    if (!version || !cliFitsSdk(version, sdk)) {
      console.log(`${program} is version ${version ?? "unknown"}; this project needs ${sdk} or a newer 3.x.`);
      continue;
    }
    // Package managers put links on PATH; the language host stands beside the program itself.
    for (const bin of [folder, path.dirname(realpathSync(program))]) {
      if (existsSync(path.join(bin, `pulumi-language-nodejs${suffix}`))) return bin;
    }
    console.log(`${program} has no pulumi-language-nodejs beside it, so it cannot run this project.`);
  }
  return undefined;
}

/** @param {string} program */
function versionOf(program) {
  const { status, stdout } = spawnSync(program, ["version"], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return status === 0 ? stdout.trim() : undefined;
}
