import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isProcess } from "./tenant-process.ts";

describe("whether a process is the one that was started", () => {
  it("knows it by its arguments, and takes no other program for it", async () => {
    const child = spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000)", "the-data-folder"]);
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    expect(isProcess(pid, ["the-data-folder"])).toBe(true);
    expect(isProcess(pid, ["the-data-folder", "tenant/main.ts"])).toBe(false);
    child.kill();
    await once(child, "exit");
    expect(isProcess(pid, ["the-data-folder"])).toBe(false);
  });

  it("says no to ids that cannot be", () => {
    expect(isProcess(Number.NaN, [""])).toBe(false);
    expect(isProcess(-1, [""])).toBe(false);
  });
});
