import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../toolchain.ts";
import { cliFitsSdk, sdkVersion } from "./pulumi-cli.mjs";
import { goFailure } from "./pulumi-from-modules.mjs";

describe("the Pulumi CLI built from Go modules", () => {
  it("has the version of the installed SDK", () => {
    const goMod = readFileSync(path.join(repository, "tools", "pulumi-cli", "go.mod"), "utf8");
    expect(goMod).toContain(`github.com/pulumi/pulumi/pkg/v3 v${sdkVersion(repository)} `);
    expect(goMod).toContain(`github.com/pulumi/pulumi/sdk/v3 v${sdkVersion(repository)} `);
  });
});

describe("what a failed build tells the user to do", () => {
  it.each([
    ["write /tmp/go-build/b001/_pkg_.a: no space left on device", "Free about 4 GB"],
    ["open /root/.cache/go-build/00: permission denied", "yours to write to"],
    ["go: go.mod requires go >= 1.25.11 (running go 1.24.0; GOTOOLCHAIN=local)", "Install the Go version"],
    ["go: downloading x: dial tcp: lookup proxy: no such host", "Set GOPROXY"],
    ["internal compiler error: something odd", "Run the same command again"],
  ])("after `%s`", (said, advice) => {
    const { message } = goFailure({ step: "Building it" }, ["github.com/some/package", said]);
    expect(message).toContain(said);
    expect(message).toContain(advice);
  });
});

describe("whether an installed Pulumi CLI fits", () => {
  it.each([
    ["v3.259.0", true],
    ["v3.300.1", true],
    ["v3.259.0-alpha.1", true],
    ["v3.258.9", false],
    ["v4.0.0", false],
    ["", false],
  ])("%s for SDK 3.259.0: %s", (found, expected) => {
    expect(cliFitsSdk(found, "3.259.0")).toBe(expected);
  });
});
