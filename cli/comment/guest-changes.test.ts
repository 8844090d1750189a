import { describe, expect, it } from "vitest";
import { report } from "../fixtures/recorded-previews.ts";
import type { Step } from "./engine-events.ts";
import { changedGuest } from "./guest-changes.ts";
import { commentOf } from "./preview-comment.ts";
import { terminalText } from "./terminal-report.ts";

const type = "entra-guests:index:Invitation";
const urn = `urn:pulumi:prod::guests::${type}::guests-ana@fabrikam.example`;
const address = { userEmailAddress: "ana@fabrikam.example" };

/** The fields of an update between these inputs, which an engine without a detailed diff would report. */
function fields(before: object, after: object, paths = Object.keys({ ...before, ...after })) {
  const step: Step = {
    op: "update",
    type,
    urn,
    old: { type, urn, inputs: { ...address, ...before } },
    new: { type, urn, inputs: { ...address, ...after } },
    diffs: paths,
  };
  return changedGuest(step).fields;
}

describe("the value of a guest's property", () => {
  it("is shown where the property is declared public, by its name in a stack config", () => {
    expect(fields({ userDisplayName: "Ana" }, { userDisplayName: "Ana Trujillo", jobTitle: "Owner" })).toEqual([
      { field: "displayName", before: "Ana", after: "Ana Trujillo" },
      { field: "jobTitle", after: "Owner" },
    ]);
    expect(fields({ sponsors: ["a@x.example"] }, { sponsors: ["b@x.example"] }, ["sponsors[0]"])).toEqual([
      { field: "sponsors[0]", before: "a@x.example", after: "b@x.example" },
    ]);
  });

  it("is concealed where nobody declared the property public, but its change is named", () => {
    expect(fields({ passcode: "1234" }, { passcode: { digits: "5678" } })).toEqual([
      { field: "passcode", before: "[secret]", after: "[secret]" },
    ]);
    expect(fields({}, { passcode: "1234" })).toEqual([{ field: "passcode", after: "[secret]" }]);
  });

  it("is concealed inside a public one as well", () => {
    const [message] = fields({}, { message: { body: "Welcome", passcode: "1234" } });
    expect(message).toEqual({ field: "message", after: "body: Welcome; passcode: [secret]" });
  });

  it("is concealed where Pulumi keeps it secret, whatever is declared", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"x"' };
    expect(fields({ redirectUrl: "https://a.example" }, { redirectUrl: secret })).toEqual([
      { field: "redirectUrl", before: "https://a.example", after: "[secret]" },
    ]);
    expect(fields({}, { message: secret }, ["message.body"])).toEqual([{ field: "message.body", after: "[secret]" }]);
  });

  it("is not mentioned where it only follows from others", () => {
    expect(fields({ redeemUrl: "https://a.example/redeem" }, { redeemUrl: "https://b.example/redeem" })).toEqual([]);
  });
});

describe("a guest who gets a new address", () => {
  const moved = (more: object = {}): Step => ({
    op: "update",
    type,
    urn,
    old: { type, urn, inputs: { userEmailAddress: "Ana@fabrikam.example" }, outputs: { state: "Accepted" } },
    new: {
      type,
      urn,
      inputs: { userEmailAddress: "ana@northwind.example", formerly: "ana@fabrikam.example", ...more },
    },
    diffs: ["userEmailAddress"],
  });

  it("is told with the address until now, and is mailed although they have accepted", () => {
    expect(changedGuest(moved())).toEqual({
      address: "ana@northwind.example",
      domain: "northwind.example",
      formerly: "ana@fabrikam.example",
      fields: [],
      mailedAgain: true,
    });
    expect(changedGuest(moved({ sendInvitation: false })).mailedAgain).toBe(false);
    const spelling = moved({ userEmailAddress: "ana@Fabrikam.example", jobTitle: "Owner" });
    expect(changedGuest(spelling)).not.toHaveProperty("formerly");
  });

  it("is in the comment and on the terminal as such", () => {
    const shown = report({ changed: [changedGuest(moved())], total: 1 });
    expect(commentOf(shown)).toContain(
      "| `ana@northwind.example` | new address for `ana@fabrikam.example`<br>is mailed there, and accepts again |",
    );
    expect(terminalText(shown)).toMatch(
      /~ ana@northwind\.example +new address for ana@fabrikam\.example\n +is mailed there/,
    );
    expect(commentOf(shown)).toContain("| **mailed** | 1 | by Microsoft, 1 of them again |");
  });
});
