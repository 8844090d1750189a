import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { SetupFailure } from "./step.mjs";

/**
 * The user's cache directory for this project, shared by all clones.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 */
export function cacheDirectory(env = process.env, platform = process.platform) {
  const folders = platform === "win32" ? path.win32 : path.posix;
  return folders.join(userCache(env, platform, folders), "guests-as-code");
}

/**
 * Makes the cache directory where it is missing.
 * @param {string} cache the cache directory
 */
export function makeCacheDirectory(cache) {
  try {
    mkdirSync(cache, { recursive: true });
  } catch (error) {
    throw new SetupFailure(
      "Making the cache directory",
      error instanceof Error ? error.message : String(error),
      `Make ${path.dirname(cache)} a folder you may write to, or point XDG_CACHE_HOME at another one. Then run the same command again.`,
    );
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @param {path.PlatformPath} folders
 */
function userCache(env, platform, folders) {
  if (platform === "win32") return env.LOCALAPPDATA || folders.join(os.homedir(), "AppData", "Local");
  // The XDG rules tell programs to ignore a relative path.
  if (env.XDG_CACHE_HOME && folders.isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
  return folders.join(env.HOME || os.homedir(), ...(platform === "darwin" ? ["Library", "Caches"] : [".cache"]));
}

/**
 * The name of a cached tool, made of everything that decides its content.
 * @param {string[]} parts e.g. ["pulumi", "3.259.0", "installer"]
 */
export function cacheName(...parts) {
  return [...parts, process.platform, process.arch].join("-");
}

/**
 * Makes a folder in the cache that is either complete or not there: `fill` works in a folder of its own, which gets its
 * final name at the end. Two set-ups at once both work, and the first to finish wins.
 * @param {string} cache the cache directory, which exists
 * @param {string} name the folder's final name
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<string>} the finished folder
 */
export async function fillCache(cache, name, fill) {
  const target = path.join(cache, name);
  removeAbandoned(cache);
  const unfinished = mkdtempSync(path.join(cache, `${UNFINISHED}${process.pid}-`));
  try {
    await fill(unfinished);
    renameUnlessTaken(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

const UNFINISHED = ".unfinished-";

/**
 * @param {string} from
 * @param {string} to
 */
function renameUnlessTaken(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const taken = code === "ENOTEMPTY" || code === "EEXIST" || (code === "EPERM" && process.platform === "win32");
    if (!taken) throw error;
  }
}

/**
 * Removes what an interrupted set-up left behind; a set-up that is still running keeps its folder.
 * @param {string} cache
 */
function removeAbandoned(cache) {
  for (const entry of readdirSync(cache)) {
    if (!entry.startsWith(UNFINISHED)) continue;
    const pid = Number(entry.slice(UNFINISHED.length).split("-")[0]);
    if (pid !== process.pid && !isRunning(pid)) rmSync(path.join(cache, entry), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
