import { describe, expect, it } from "vitest";
import { redirectUrlProblem } from "./redirect-url.ts";

describe("a redirect URL", () => {
  it.each(["https://myapps.microsoft.com", "https://orders.contoso.example:8443/a?b=c#d"])("may be %s", (url) => {
    expect(redirectUrlProblem(url)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["myapps.microsoft.com", "whole URL"],
    ["http://myapps.microsoft.com", "begins with https://"],
    ["javascript:alert(1)", "begins with https://"],
    ["https://user:secret@contoso.example", "no user name"],
    ["https://contoso.example/a b", "white space"],
    [`https://contoso.example/${"a".repeat(2048)}`, "2048 characters"],
  ])("may not be %s", (url, rule) => {
    expect(redirectUrlProblem(url)).toContain(rule);
  });
});
