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
    expect(body("x".repeat(21), { maxLength: 20 })).toEqual([expect.stringContaining("has 21 characters, at most 20")]);
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
