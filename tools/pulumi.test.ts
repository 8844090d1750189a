import { describe, expect, it } from "vitest";
import { readArguments } from "./pulumi.ts";

const stackOf = (line: string, env: NodeJS.ProcessEnv = {}) => readArguments(line.split(" "), env).stack;

describe("the stack of a pulumi command line", () => {
  it.each(["up", "preview --diff", "refresh --yes", "config set guests:redirectUrl https://a.example", "stack output"])(
    "is local when nobody names one: %s",
    (line) => {
      expect(stackOf(line)).toBe("local");
    },
  );

  it.each(["up --stack prod", "up --stack=prod", "up -s prod", "up -sprod", "up -s=prod", "--stack prod up"])(
    "is the one named by the flag, however it is written: %s",
    (line) => {
      expect(stackOf(line)).toBe("prod");
    },
  );

  it("is the last one named, as Pulumi has it", () => {
    expect(stackOf("up -s local --stack prod")).toBe("prod");
  });

  it("is PULUMI_STACK's when there is no flag, and the flag's when there is", () => {
    expect(stackOf("up", { PULUMI_STACK: "dev" })).toBe("dev");
    expect(stackOf("up --stack prod", { PULUMI_STACK: "dev" })).toBe("prod");
  });

  it("treats an empty PULUMI_STACK as none", () => {
    expect(stackOf("up", { PULUMI_STACK: "" })).toBe("local");
  });

  it.each(["stack init prod", "stack select prod", "stack rm prod --yes", "stack select --create prod"])(
    "is the one named by position: %s",
    (line) => {
      expect(stackOf(line)).toBe("prod");
    },
  );

  it("does not take the value of another flag for a command or a stack", () => {
    expect(stackOf("--color never -C /tmp up")).toBe("local");
    expect(stackOf("config set guests:note -- --stack=prod")).toBe("local");
  });

  it.each(["version", "login", "logout", "whoami", "package get-schema ./provider", "plugin ls", ""])(
    "is none for a command that knows no stack: %s",
    (line) => {
      expect(stackOf(line)).toBeUndefined();
    },
  );
});

describe("what a pulumi command line needs", () => {
  it.each(["up", "pre", "refresh", "destroy", "down", "import entra-guests:index:Invitation ana x"])(
    "is a running tenant when the provider is started: %s",
    (line) => {
      expect(readArguments(line.split(" "), {})).toMatchObject({ needsTenant: true, needsStack: true });
    },
  );

  it.each(["config", "stack export", "stack output --json"])("is the stack alone when it is only read: %s", (line) => {
    expect(readArguments(line.split(" "), {})).toMatchObject({ needsTenant: false, needsStack: true });
  });

  it.each(["stack init local", "stack ls", "stack select local", "version", "up --help"])(
    "is neither for: %s",
    (line) => {
      expect(readArguments(line.split(" "), {})).toMatchObject({ needsTenant: false, needsStack: false });
    },
  );
});

describe("a refresh", () => {
  it.each([
    ["refresh --yes", true],
    ["-s prod refresh", true],
    ["up --refresh", false],
    ["destroy", false],
  ])("is told from other commands: %s", (line, isRefresh) => {
    expect(readArguments(line.split(" "), {}).isRefresh).toBe(isRefresh);
  });
});
