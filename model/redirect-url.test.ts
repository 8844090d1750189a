import { describe, expect, it } from "vitest";
import { meantUrl, redirectUrlProblem } from "./email-address.ts";

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

  it.each([
    "https://münchen.example",
    "https://xn--mnchen-3ya.example/ü",
    "https://localhost:8443/",
    "https://myapps.microsoft.com:443?x",
    "https://contoso.example/a?b=%20c#d",
    "HTTPS://MyApps.microsoft.com",
    "https://contoso.example/@user:x",
  ])("[case 5] may be %s, too", (url) => expect(redirectUrlProblem(url)).toBeUndefined());

  it.each([
    ["https:/myapps.microsoft.com", "begins with https:// and", "https://myapps.microsoft.com"],
    ["https:myapps.microsoft.com", "begins with https:// and", "https://myapps.microsoft.com"],
    ["https:///myapps.microsoft.com/a", "begins with https:// and", "https://myapps.microsoft.com/a"],
    ["https:\\\\myapps.microsoft.com\\a", "no backslashes", "https://myapps.microsoft.com/a"],
    ["http://myapps.microsoft.com", "begins with https://", "https://myapps.microsoft.com"],
    ["myapps.microsoft.com", "whole URL", "https://myapps.microsoft.com"],
    ["//myapps.microsoft.com", "whole URL", "https://myapps.microsoft.com"],
    ["https://ｍyapps.microsoft.com", "written plainly", "https://myapps.microsoft.com"],
    ["https://%6dyapps.microsoft.com", "written plainly", "https://myapps.microsoft.com"],
    ["https://0x7f.1", "written plainly", "https://127.0.0.1"],
    ["https://@myapps.microsoft.com", "begins with https:// and", "https://myapps.microsoft.com"],
    ["https://contoso.example/%zz", "percent", undefined],
    ["https://contoso.example/\u202ea", "invisible", undefined],
    ["https://contoso.example/\ud800", "invisible", undefined],
    ["ftp://contoso.example", "begins with https://", undefined],
    ["https://ana:secret@contoso.example", "no user name", undefined],
    ["https://", "whole URL", undefined],
    ["javascript:alert(1)", "begins with https://", undefined],
  ])("[case 5] may not be %j: %s", (url, rule, meant) => {
    expect(redirectUrlProblem(url)).toContain(rule);
    expect(meantUrl(url)).toBe(meant);
  });
});
