import { describe, expect, it } from "vitest";
import { checkInvitation } from "../provider/guest/checked-inputs.ts";
import { odataText } from "../provider/microsoft/graph-users.ts";
import { addressProblem, redirectUrlProblem } from "./email-address.ts";
import { messageBodyProblem } from "./message.ts";

describe("an address", () => {
  it.each([
    "",
    "@",
    "ana",
    "ana@",
    "@fabrikam.example",
    "ana@fabrikam",
    "ana@fabrikam.example.",
    "ana@.fabrikam.example",
    "ana@fabrikam..example",
    "ana@-fabrikam.example",
    "ana@[127.0.0.1]",
    "ana@fabrikam.example@evil.example",
    '"ana"@fabrikam.example',
    "ana@fabrikam.example, eve@evil.example",
    "<ana@fabrikam.example>",
    "Ana <ana@fabrikam.example>",
    "mailto:ana@fabrikam.example",
    "ana+tag@fabrikam.example",
    ".ana@fabrikam.example",
    "ana.@fabrikam.example",
    "-ana@fabrikam.example",
    "ana@fabrikam.example\r\nBcc: eve@evil.example",
    "ana@fabrikam.example\0.evil.example",
    "ana\u200b@fabrikam.example",
    "ana\u00ad@fabrikam.example",
    "\u202eana@fabrikam.example",
    "ana@fabri\u2060kam.example",
    "ana\ud800@fabrikam.example",
    "=1+1@fabrikam.example",
    "../../me@fabrikam.example",
    "ana＠x@fabrikam.example",
    "ana＠fabrikam.example",
    "ana@fabrikam.example/../../me",
    "ana@fabrikam.example?$filter=x",
    "ana%00@fabrikam.example",
    "ana@fabrikam.example' or '1' eq '1",
    `${"a".repeat(65)}@fabrikam.example`,
    `ana@${"a".repeat(64)}.example`,
    `ana@${"a.".repeat(130)}example`,
  ])("such as %j is refused in words", (address) => {
    expect(addressProblem(address)).toMatch(/\w+ \w+/);
    expect(checkInvitation({ userEmailAddress: address, redirectUrl: "https://a.example" }).failures).toHaveLength(1);
  });

  it("with a quote in it stays one string of the filter", () => {
    expect(addressProblem("o'brien@fabrikam.example")).toBeUndefined();
    expect(odataText("o'brien@fabrikam.example")).toBe("'o''brien@fabrikam.example'");
    expect(odataText("x'or'1'eq'1@fabrikam.example")).toBe("'x''or''1''eq''1@fabrikam.example'");
  });
});

describe("a redirect URL", () => {
  it.each([
    "",
    "//evil.example",
    "http://myapps.microsoft.com",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://fabrikam.example",
    "https://",
    "https://user:secret@fabrikam.example",
    "https://myapps.microsoft.com@evil.example",
    "https://fabrikam.example\r\nLocation: https://evil.example",
    " https://fabrikam.example",
    "https://fabrikam.example/\0",
    "https://fabrikam.example/\u0009x",
    `https://fabrikam.example/${"x".repeat(2_100)}`,
  ])("such as %j is refused in words", (url) => {
    expect(redirectUrlProblem(url)).toMatch(/\w+ \w+/);
  });
});

describe("a message", () => {
  it.each(["", " \n\t ", "Hello\0", "Hello\u001b[2J", "Hello\ud800", "Hello\n##vso[task.complete]"])(
    "such as %j is refused",
    (body) => {
      expect(messageBodyProblem(body)).toMatch(/\w+ \w+/);
    },
  );

  it.each(["<img src=x onerror=alert(1)>", "=1+1", "{{constructor}}", "\u202eolleh", "x".repeat(100_000)])(
    "such as %j is somebody's plain text",
    (body) => {
      expect(messageBodyProblem(body)).toBeUndefined();
    },
  );
});

describe("the properties of an invitation", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("cannot be one named %s", (name) => {
    const news = JSON.parse(
      `{"userEmailAddress":"ana@fabrikam.example","redirectUrl":"https://a.example","${name}":{"admin":true}}`,
    );
    expect(checkInvitation(news).failures).toEqual([
      { property: name, reason: expect.stringMatching(`^"${name}" is not a property`) },
    ]);
    expect({}).not.toHaveProperty("admin");
  });
});
