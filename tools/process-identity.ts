import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Whether the process of that id runs, and runs this very command: after a restart of the machine the id may belong to
 * any other program.
 * @param parts arguments the process must have been started with
 */
export function isProcess(pid: number, parts: readonly string[]): boolean {
  const commandLine = commandLineOf(pid);
  return commandLine !== "" && parts.every((part) => commandLine.includes(part));
}

/** The command line of a process, as the system tells it; empty when there is no such process. */
function commandLineOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return "";
  try {
    switch (process.platform) {
      case "linux":
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      case "win32":
        return ask("powershell.exe", [
          "-NoProfile",
          "-Command",
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]);
      default:
        return ask("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
    }
  } catch {
    return "";
  }
}

function ask(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
