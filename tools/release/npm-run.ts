import { execFileSync } from "node:child_process";
import path from "node:path";

/**
 * Runs npm and returns what it prints to stdout.
 *
 * @throws Error with what npm wrote to stderr
 */
export function runNpm(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): string {
  const program = process.env.npm_execpath;
  // npm tells its scripts where its own program is. Starting that one avoids the shell that npm.cmd needs on Windows.
  const viaNode = program !== undefined && path.basename(program) === "npm-cli.js";
  return execFileSync(viaNode ? process.execPath : "npm", viaNode ? [program, ...args] : [...args], {
    ...options,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    shell: !viaNode && process.platform === "win32",
  });
}
