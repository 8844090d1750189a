import { describe, expect, it } from "vitest";
import { cliFitsSdk, isAtLeast } from "./version.mjs";

describe("whether a version is new enough", () => {
  it.each([
    ["v22.18.0", "22.18.0", true],
    ["v24.1.0", "22.18.0", true],
    ["22.9.0", "22.18.0", false],
    ["v20.20.2", "22.18.0", false],
    ["22.18.1", "22.18.0", true],
    ["nonsense", "22.18.0", false],
  ])("%s against %s: %s", (found, minimum, expected) => {
    expect(isAtLeast(found, minimum)).toBe(expected);
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
