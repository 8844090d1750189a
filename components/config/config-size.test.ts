import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { configSizeProblem } from "./project-files.ts";

const root = mkdtempSync(path.join(tmpdir(), "guests-size-"));
mkdirSync(path.join(root, "stacks", "below"), { recursive: true });
writeFileSync(path.join(root, "Pulumi.yaml"), "name: guests\nstackConfigDir: stacks\n");
afterAll(() => rmSync(root, { recursive: true, force: true }));

function problemOf(config: string, platform: NodeJS.Platform = "linux") {
  writeFileSync(path.join(root, "stacks", "Pulumi.test.yaml"), config);
  return configSizeProblem(path.join(root, "stacks", "below"), "test", platform);
}

const guests = (count: number) =>
  `config:\n  guests:invitations:\n${Array.from({ length: count }, (_, n) => `    - { email: guest${n}@fabrikam.example, displayName: Guest ${n} }\n`).join("")}`;

describe("[case 14] a config that is too large for its program", () => {
  it("is told with its size, the limit, and where to put the guests", () => {
    const problem = problemOf(guests(3_000));
    expect(problem).toMatch(/^stacks\/Pulumi\.test\.yaml is too large: its config takes 2\d\d KiB of .* 128 KiB\. /);
    expect(problem).toContain("Nothing was started. Move the guests into list files (guests:lists)");
  });

  it("is none with a thousand guests, but may be one on another system", () => {
    expect(problemOf(guests(1_000))).toBeUndefined();
    expect(problemOf(guests(1_000), "win32")).toContain("32 KiB");
    expect(problemOf(guests(3_000), "darwin")).toBeUndefined();
  });

  it("is measured to the byte", () => {
    const length = 128 * 1024 - 'PULUMI_CONFIG={"a:b":""}\0'.length;
    expect(problemOf(`config:\n  a:b: ${"x".repeat(length)}\n`)).toBeUndefined();
    expect(problemOf(`config:\n  a:b: ${"x".repeat(length + 1)}\n`)).toBeDefined();
  });

  it("counts a secret by what it hides", () => {
    const secret = (bytes: number) =>
      `config:\n  a:b:\n    secure: v1:abc:${Buffer.alloc(bytes + 16).toString("base64")}\n`;
    expect(problemOf(secret(130_000))).toBeUndefined();
    expect(problemOf(secret(132_000))).toBeDefined();
  });

  it("is none where there is no file, or no YAML in it", () => {
    expect(configSizeProblem(root, "none")).toBeUndefined();
    expect(problemOf("config: [")).toBeUndefined();
    expect(problemOf("")).toBeUndefined();
  });
});
