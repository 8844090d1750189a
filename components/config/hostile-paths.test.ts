import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listFile } from "./project-files.ts";

const outside = mkdtempSync(path.join(tmpdir(), "guests-paths-"));
const root = path.join(outside, "project");
const stackConfigs = path.join(root, "stacks");
mkdirSync(path.join(stackConfigs, "lists", "folder.csv"), { recursive: true });
mkdirSync(path.join(outside, "project-beside"));
writeFileSync(path.join(outside, "secret.csv"), "email\n");
writeFileSync(path.join(outside, "project-beside", "secret.csv"), "email\n");
writeFileSync(path.join(stackConfigs, "lists", "large.csv"), "x".repeat(10 * 1024 * 1024));
symlinkSync(outside, path.join(stackConfigs, "lists", "out"), "junction");
afterAll(() => rmSync(outside, { recursive: true, force: true }));

describe("a path in guests:lists", () => {
  it.each([
    "../../secret.csv",
    "lists/../../../secret.csv",
    "../../project-beside/secret.csv",
    "..",
    "/etc/passwd",
    "/etc/passwd.csv",
    "C:\\Windows\\win.csv",
    "\\\\server\\share\\list.csv",
    "//server/share/list.csv",
    "lists/out/secret.csv",
    "lists/folder.csv",
    "lists/large.csv",
    "lists/none.csv",
    "lists/a.csv\0.png",
    "https://evil.example/list.csv",
    "file:///etc/passwd.csv",
    "~/list.csv",
    "$HOME/list.csv",
    `${"a/".repeat(5_000)}list.csv`,
  ])("such as %.60j leads nowhere, and the error says what to do", (listed) => {
    const answer = listFile({ root, stackConfigs }, listed);
    expect(answer).not.toHaveProperty("text");
    expect(answer).toMatchObject({ rule: expect.stringMatching(/\w+ \w+/), remedy: expect.stringMatching(/\w+ \w+/) });
  });
});
