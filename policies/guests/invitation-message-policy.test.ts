import { describe, expect, it } from "vitest";
import { invitationMessage as policy } from "./invitation-message-policy.ts";
import { invitationToken } from "./invitation-properties.ts";
import { judge as judgeWith, notYetKnown } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

function judge(
  props: Record<string, unknown>,
  config: Record<string, unknown> = {},
  type: string = invitationToken,
): string[] {
  return judgeWith(policy, [{ type, name: "ana", props }], { hosts: ["*.contoso.example"], ...config });
}

const body = (text: string, config = {}) => judge({ message: { body: text } }, config);

describe("invitation-message", () => {
  it("asks for a personal message where a mail is sent", () => {
    expect(judge({})).toEqual([expect.stringContaining("the mail has no personal message")]);
    expect(judge({ message: { language: "da" } })).toHaveLength(1);
    expect(body("  \n")).toHaveLength(1);
  });

  it("asks for none where no mail is sent, where it is not required, or where it is not known yet", () => {
    expect(judge({ sendInvitation: false })).toEqual([]);
    expect(judge({}, {}, officialInvitationType)).toEqual([]);
    expect(judge({}, { required: false })).toEqual([]);
    expect(judge({ message: notYetKnown })).toEqual([]);
    expect(judge({ message: { body: notYetKnown } })).toEqual([]);
    expect(judge({ sendInvitation: notYetKnown })).toEqual([]);
  });

  it("counts characters as people do", () => {
    expect(body("🎉".repeat(20), { maxLength: 20 })).toEqual([]);
    expect(body("x".repeat(21), { maxLength: 20 })).toEqual([
      expect.stringContaining("has 21 characters; the limit is 20"),
    ]);
  });

  it.each([
    "Start at https://orders.contoso.example/start (our shop).",
    "Start at orders.contoso.example/start.",
    "Ask lead@contoso.example, and/or come by at 10/12.",
  ])("lets links to allowed hosts and plain text pass: %s", (text) => expect(body(text)).toEqual([]));

  it.each([
    "See https://elsewhere.example/x.",
    "See http://orders.contoso.example.",
    "See www.elsewhere.example.",
    "See elsewhere.example/login",
    "See ftp://orders.contoso.example/list",
    "See https://orders.contoso.example@elsewhere.example/",
  ])("reports links that lead elsewhere: %s", (text) =>
    expect(body(text)).toEqual([expect.stringContaining("a link in the message")]),
  );

  it.each([
    "See https://orders.contoso.example/?next=https://elsewhere.example.",
    "See orders.contoso.example/go?next=http:elsewhere.example",
    "See www.contoso.example/#//elsewhere.example",
  ])("[M5] reports links that may lead on elsewhere: %s", (text) =>
    expect(body(text)).toEqual([expect.stringContaining("may lead on to another site: in ")]),
  );

  it("finds the links wherever they stand in a word, and each once", () => {
    const links = (text: string) => body(text).map((problem) => /"([^"]*)"/.exec(problem)?.[1]);
    expect(links("(https://a.example/x), <b.example/y>; eve@c.example/z, www.d.example!")).toEqual([
      ...["https://a.example/x", "https://b.example/y", "https://c.example/z", "https://www.d.example"],
    ]);
    expect(links("https://a.example https://a.example")).toHaveLength(1);
    expect(links("and/or a./b .c/ -/ 1.2/3 ://x")).toEqual([]);
  });

  it("[M6] quotes the first links, and the beginning of what is long", () => {
    const many = Array.from({ length: 20 }, (_, at) => `https://x${at}.example`).join(" ");
    expect(body(many)).toEqual([
      ...Array(5).fill(expect.stringContaining("a link in the message")),
      expect.stringContaining("15 more links in the message"),
    ]);
    expect(body(`https://x.example/${"y".repeat(1000)}`, { maxLength: 5000 })[0]?.length).toBeLessThan(500);
    const crowd = Array.from({ length: 60 }, (_, at) => `x${at}.example/`).join(" ");
    expect(body(crowd)).toEqual([expect.stringContaining("has 60 links")]);
  });

  it("[M4] quotes what it finds on one line, and no command of a build server", () => {
    const [problem] = body("Dear {{\n##vso[task.setvariable variable=x]\u202e\u001b[2J}}, welcome.");
    expect(problem).toContain(
      'the placeholder "{{\\u{a}#\\u{23}vso[task.setvariable variable=x]\\u{202e}\\u{1b}[2J}}"',
    );
  });

  it.each([
    "{{firstName}}",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template, not one of ours
    "${name}",
    "{name}",
    "<name>",
    "[Name]",
    "[YOUR COMPANY]",
    "[insert date]",
    "%NAME%",
    "TODO",
    "Lorem ipsum",
  ])("reports the unfilled placeholder %s", (mark) =>
    expect(body(`Dear ${mark}, welcome.`)).toEqual([expect.stringContaining("still holds the placeholder")]),
  );

  it.each([
    "See you on the 3rd [sic].",
    "5 < 6 and 7 > 6",
    "We reach 100% of our partners",
    "Todo el equipo te espera",
  ])("does not take ordinary text for a placeholder: %s", (text) => expect(body(text)).toEqual([]));
});
