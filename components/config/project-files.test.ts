import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listFile, projectFiles, stackFile } from "./project-files.ts";

const outside = mkdtempSync(path.join(tmpdir(), "guests-"));
const root = path.join(outside, "project");
const files = { root, stackConfigs: path.join(root, "stacks") };

beforeAll(() => {
  mkdirSync(path.join(root, "stacks", "lists"), { recursive: true });
  writeFileSync(path.join(root, "Pulumi.yaml"), "name: guests\nstackConfigDir: stacks\n");
  writeFileSync(path.join(root, "stacks", "Pulumi.dev.yaml"), "config: {}\n");
  writeFileSync(path.join(root, "stacks", "lists", "a.csv"), "email\n");
  writeFileSync(path.join(root, "shared.csv"), "email\n");
  writeFileSync(path.join(root, "stacks", "latin1.csv"), Buffer.from("email\nJos\xe9\n", "latin1"));
  writeFileSync(path.join(root, "stacks", "large.csv"), Buffer.alloc(4 * 1024 * 1024 + 1, "x"));
  writeFileSync(path.join(outside, "secret.csv"), "email\n");
  symlinkSync(path.join(outside, "secret.csv"), path.join(root, "stacks", "link.csv"));
});

afterAll(() => rmSync(outside, { recursive: true }));

describe("the project", () => {
  it("is where Pulumi says", () => {
    expect(projectFiles(root, "/")).toEqual(files);
  });

  it.each(["", "rootDirectory"])("is found upward from the working directory when Pulumi says %j", (said) => {
    expect(projectFiles(said, path.join(root, "stacks", "lists"))).toEqual(files);
  });

  it("has its stack configs beside Pulumi.yaml unless told otherwise", () => {
    const plain = path.join(outside, "plain");
    mkdirSync(plain);
    writeFileSync(path.join(plain, "Pulumi.yaml"), "name: plain\n");

    expect(projectFiles(plain, "/").stackConfigs).toBe(plain);
  });
});

describe("the stack's file", () => {
  it("is named from the project's folder", () => {
    expect(stackFile(files, "dev")).toEqual({ name: "stacks/Pulumi.dev.yaml", text: "config: {}\n" });
  });

  it("may be missing", () => {
    expect(stackFile(files, "none")).toBeUndefined();
  });
});

describe("a list file", () => {
  it("is relative to the stack configs and may lie elsewhere in the project", () => {
    expect(listFile(files, "lists/a.csv")).toEqual({ name: "stacks/lists/a.csv", text: "email\n" });
    expect(listFile(files, "../shared.csv")).toEqual({ name: "shared.csv", text: "email\n" });
  });

  it.each([
    ["a way out of the project", "../../secret.csv", "inside the project"],
    ["a link out of the project", "link.csv", "inside the project"],
    ["an absolute path", "/etc/passwd.csv", "relative to"],
    ["an absolute path of Windows", "C:\\lists\\a.csv", "relative to"],
    ["a share of Windows", "\\\\server\\a.csv", "relative to"],
    ["a file that is not there", "lists/none.csv", "there is no file stacks/lists/none.csv"],
    ["a folder", "lists", "stacks/lists is no file"],
    ["a file in another encoding", "latin1.csv", "not in UTF-8"],
    ["a file that is too large", "large.csv", "at most 4 MiB"],
  ])("is refused for %s", (_what, listed, rule) => {
    expect(listFile(files, listed)).toEqual({ rule: expect.stringContaining(rule), remedy: expect.any(String) });
  });
});
