import { describe, expect, it } from "vitest";
import { recorded, reportOf } from "../fixtures/recorded-previews.ts";
import { type EngineEvent, readEvents } from "./engine-events.ts";
import { readReport } from "./guest-report.ts";
import { commentOf } from "./preview-comment.ts";
import { terminalText } from "./terminal-report.ts";

describe("the report of a pull request", () => {
  const report = reportOf("pull-request");

  it("names who is added, with domain, day and whether they are mailed", () => {
    expect(report.added).toEqual([
      { address: "eve@elsewhere.example", domain: "elsewhere.example", displayName: "Eve", mailed: true },
      { address: "finn@fabrikam.example", domain: "fabrikam.example", expires: "2035-06-30", mailed: false },
    ]);
  });

  it("names what changes, before and after, and that a pending guest is mailed again", () => {
    const [ana] = report.changed;
    expect(report.changed).toHaveLength(1);
    expect(ana).toMatchObject({ address: "ana@fabrikam.example", mailedAgain: true });
    expect(ana?.fields.map(({ field }) => field)).toEqual(["displayName", "expires", "message.body"]);
    expect(ana?.fields[1]).toEqual({ field: "expires", before: "2035-12-31", after: "2036-06-30" });
  });

  it("names who is removed, why, and what becomes of them", () => {
    expect(report.removed.map(({ address, reason, fate }) => [address, reason, fate])).toEqual([
      ["bo@northwind.example", "left the list", "deleted"],
      ["dan@adatum.example", "expired", "deleted"],
      ["kim@adatum.example", "left the list", "disabled"],
    ]);
  });

  it("ties each finding to its guest, mandatory ones first", () => {
    const [first, ...rest] = report.findings;
    expect(first).toMatchObject({
      policy: "allowed-domains",
      mandatory: true,
      severity: "high",
      about: "eve@elsewhere.example",
    });
    expect(first?.message).toMatch(/^the domain elsewhere\.example is not on the list/);
    expect(rest.map(({ mandatory }) => mandatory)).not.toContain(true);
    expect(rest.find(({ about }) => about === "carla@adatum.example")?.touched).toBe(false);
  });

  it("knows the outcome and how many guests there are afterwards", () => {
    expect(report.outcome).toBe("stopped by policy");
    expect(report.total).toBe(4);
    expect(report.errors).toEqual([]);
  });

  it("does not depend on the order in which the engine happened to work", () => {
    const events = recorded("pull-request");
    expect(readReport(events.toReversed(), "prod", "2026-01-01")).toEqual(report);
  });
});

describe("the report of other previews", () => {
  it("is empty where nothing changes", () => {
    const { added, changed, removed, access, other, outcome, total } = reportOf("unchanged");
    expect({ added, changed, removed, access, other }).toEqual({
      added: [],
      changed: [],
      removed: [],
      access: [],
      other: [],
    });
    expect({ outcome, total }).toEqual({ outcome: "previewed", total: 5 });
  });

  it("carries the words about a wrong config, without the engine's epilogue", () => {
    const { outcome, errors } = reportOf("bad-config");
    expect(outcome).toBe("failed");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("guests:redirctUrl");
    expect(errors[0]).toContain('write a real day, as in "2027-03-31"');
  });

  it("is a failure when the engine did not live to the end", () => {
    const events = recorded("unchanged").filter(({ summaryEvent }) => summaryEvent === undefined);
    expect(readReport(events, "prod", "2026-01-01").outcome).toBe("failed");
    expect(readReport([], "prod", "2026-01-01").outcome).toBe("failed");
  });

  it("says which line of a torn log is no event", () => {
    expect(() => readEvents('{"sequence":0}\n{"seq')).toThrow(/Line 2/);
  });
});

describe("an error that the engine reports about a resource", () => {
  const error = (message: string): EngineEvent => ({ diagnosticEvent: { severity: "error", message } });
  const errorsOf = (...events: EngineEvent[]) => readReport(events, "prod", "2026-01-01").errors;
  const refused = "entra-guests:index:GuestList resource 'guests': property addresses";
  const reason = "this would remove 30 of 150 guests (20 %): bo@fabrikam.example, …";

  it("[case 9] has the reason first, not the value with everybody who stays, and is said once", () => {
    const stay = Array.from({ length: 120 }, (_, index) => `{guest-${index}@fabrikam.example}`).join(" ");
    const long = `${refused} value {[${stay}]} has a problem: ${reason}`;
    const other = `${refused} value {[${stay} {carla@adatum.example}]} has a problem: ${reason}`;
    expect(errorsOf(error(long), error(other))).toEqual([`${refused} has a problem: ${reason}`]);
    const comment = commentOf(readReport([error(long)], "prod", "2026-01-01"));
    expect(comment.indexOf("would remove 30 of 150 guests")).toBeLessThan(400);
    expect(comment).not.toContain("guest-5@");
  });

  it("keeps a value that is short, and any other message", () => {
    const messages = [`${refused} value {Member} has a problem: no`, "a value x has a problem: ".repeat(50).trim()];
    expect(errorsOf(...messages.map(error))).toEqual(messages.toSorted());
  });
});

describe("resources that are no invitations of ours", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::guests::${type}::${name}`;
  const step = (op: string, type: string, name: string, inputs: Record<string, unknown> = {}): EngineEvent => ({
    resourcePreEvent: {
      metadata: { op, type, urn: urn(type, name), old: null, new: { type, urn: urn(type, name), inputs } },
    },
  });
  const finished: EngineEvent = { summaryEvent: { result: "succeeded" } };

  it("are access when they give access, whatever the version of the type", () => {
    const report = readReport(
      [
        step("create", "azuread:index/groupMember:GroupMember", "ana-Partners"),
        step("delete", "azure-native:authorization/v20220401:RoleAssignment", "bo-Reader"),
        step("update", "random:index:Password", "p"),
        step("same", "azuread:index/groupMember:GroupMember", "carla-Partners"),
        finished,
      ],
      "prod",
      "2026-01-01",
    );
    expect(report.access).toEqual([
      { change: "removed", kind: "Azure role", name: "bo-Reader" },
      { change: "added", kind: "group membership", name: "ana-Partners" },
    ]);
    expect(report.other).toEqual([{ change: "changed", kind: "random:index:Password", name: "p" }]);
  });

  it("are guests when the official package invites them", () => {
    const type = "azuread:index/invitation:Invitation";
    const events = [step("create", type, "a", { userEmailAddress: "A@Fabrikam.example" }), finished];
    expect(readReport(events, "prod", "2026-01-01").added).toEqual([
      { address: "a@fabrikam.example", domain: "fabrikam.example", mailed: false, existing: "invite again" },
    ]);
  });

  it("are kept in the tenant when the engine only forgets them", () => {
    const type = "azuread:index/invitation:Invitation";
    const state = { type, urn: urn(type, "a"), inputs: { userEmailAddress: "a@fabrikam.example" } };
    const removal = (old: object): EngineEvent => ({
      resourcePreEvent: { metadata: { op: "delete", type, urn: urn(type, "a"), old: { ...state, ...old }, new: null } },
    });
    const fates = [{ retainOnDelete: true }, {}].map(
      (old) => readReport([removal(old), finished], "prod", "2026-01-01").removed[0]?.fate,
    );
    expect(fates).toEqual(["kept", "deleted"]);
  });

  it("show a replacement as what it is: one guest removed and one invited", () => {
    const type = "entra-guests:index:Invitation";
    const inputs = { userEmailAddress: "ana@fabrikam.example" };
    const removed = step("delete-replaced", type, "a");
    if (removed.resourcePreEvent) removed.resourcePreEvent.metadata.old = { type, urn: urn(type, "a"), inputs };
    if (removed.resourcePreEvent) removed.resourcePreEvent.metadata.new = null;
    const events = [
      step("create-replacement", type, "a", inputs),
      step("replace", type, "a", inputs),
      removed,
      finished,
    ];
    const report = readReport(events, "prod", "2026-01-01");
    expect(report.added.map(({ address }) => address)).toEqual(["ana@fabrikam.example"]);
    expect(report.removed.map(({ address, reason }) => [address, reason])).toEqual([
      ["ana@fabrikam.example", "replaced"],
    ]);
  });
});

describe("a guest who leaves while one of the same name comes", () => {
  const type = "entra-guests:index:Invitation";
  const step = (op: "create" | "delete", userEmailAddress: string, more: object): EngineEvent => {
    const urn = `urn:pulumi:prod::guests::${type}::guests-${userEmailAddress}`;
    const state = { type, urn, inputs: { userEmailAddress, ...more } };
    return { resourcePreEvent: { metadata: { op, type, urn, [op === "create" ? "new" : "old"]: state } } };
  };
  const kim = { userDisplayName: "Kim Larsen" };
  const hidden = { userDisplayName: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } };
  const reportOn = (...events: EngineEvent[]) => readReport(events, "prod", "2026-01-01");

  it("may be one person: the comment and the terminal say what to write", () => {
    const report = reportOn(
      step("delete", "kim@fabrikam.example", kim),
      step("create", "kim@northwind.example", { userDisplayName: "kim larsen " }),
      step("create", "bo@northwind.example", { userDisplayName: "Bo" }),
    );
    expect(report.lookalikes).toEqual([
      { displayName: "kim larsen ", removed: "kim@fabrikam.example", added: "kim@northwind.example" },
    ]);
    const comment = commentOf(report);
    expect(comment).toContain("**One person?**");
    expect(comment).toContain("write `formerly: kim@fabrikam.example` at `kim@northwind.example`");
    expect(terminalText(report)).toContain("write formerly: kim@fabrikam.example at kim@northwind.example");
  });

  it.each([
    ["they have no name", [step("delete", "kim@a.example", {}), step("create", "kim@b.example", {})]],
    [
      "two come by it",
      [step("delete", "k@a.example", kim), step("create", "k@b.example", kim), step("create", "k@c.example", kim)],
    ],
    [
      "their last day has passed",
      [step("delete", "k@a.example", { ...kim, expires: "2025-12-31" }), step("create", "k@b.example", kim)],
    ],
    ["their names are secrets", [step("delete", "k@a.example", hidden), step("create", "k@b.example", hidden)]],
  ])("is no hint where %s", (_, events) => expect(reportOn(...events).lookalikes).toEqual([]));
});
