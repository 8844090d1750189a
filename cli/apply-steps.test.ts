import { describe, expect, it } from "vitest";
import { guestInvitationsToken, guestListToken, invitationToken } from "../model/names.ts";
import { planRuns, sideBySide } from "./apply-steps.ts";
import type { EngineEvent, Step } from "./comment/engine-events.ts";
import type { ChangedGuest } from "./comment/guest-changes.ts";

const folder = () => "file:///var/guests";
const component = `urn:pulumi:prod::guests::${guestInvitationsToken}::guests`;
const list = `urn:pulumi:prod::guests::${guestInvitationsToken}$${guestListToken}::guests`;

function event(step: Pick<Step, "op" | "type" | "urn"> & { parent?: string }): EngineEvent {
  const { op, type, urn, parent } = step;
  return { resourcePreEvent: { metadata: { op, type, urn, new: { type, urn, ...(parent && { parent }) } } } };
}

function guests(count: number, op = "create"): EngineEvent[] {
  const urnOf = (number: number) => `urn:pulumi:prod::guests::${invitationToken}::guests-g${number}@fabrikam.example`;
  return Array.from({ length: count }, (_, number) => event({ op, type: invitationToken, urn: urnOf(number) }));
}

const events = (count: number, componentOp = "create"): EngineEvent[] => [
  event({ op: componentOp, type: guestInvitationsToken, urn: component }),
  event({ op: "create", type: guestListToken, urn: list, parent: component }),
  ...guests(count),
];

const plan = (all: EngineEvent[], changed: Partial<ChangedGuest>[] = [], backend: () => string | undefined = folder) =>
  planRuns(all, { changed: changed as ChangedGuest[] }, backend);

describe("an apply", () => {
  it("writes a long list down first, and leaves everything out that does not stand around it", () => {
    const guest = `**${invitationToken}::**`;
    expect(plan(events(1000))).toEqual({ leftOut: [guest] });
    const bucket = event({
      op: "same",
      type: "aws:s3/bucket:Bucket",
      urn: "urn:pulumi:prod::guests::aws:s3/bucket:Bucket::logs",
    });
    const around = "urn:pulumi:prod::guests::my:own:Partners::partners";
    const nested = [
      event({ op: "same", type: "my:own:Partners", urn: around }),
      event({ op: "create", type: guestInvitationsToken, urn: component, parent: around }),
    ];
    expect(plan([bucket, ...nested, ...events(1000).slice(1)])).toEqual({
      leftOut: ["**aws:s3/bucket:Bucket::**", guest],
    });
  });

  it("needs no list written down where none has changed", () => {
    expect(plan(guests(400, "update"))).toEqual({ leftOut: undefined });
    expect(plan(guests(400, "delete"))).toEqual({ leftOut: undefined });
  });

  it("runs once where little changes, and then does not ask for the backend", () => {
    const neverAsked = () => {
      throw new Error("asked");
    };
    expect(plan([...events(20), ...guests(5000, "same")], [], neverAsked)).toEqual({});
  });

  it.each(["https://api.pulumi.com", undefined])("runs once on the backend %s", (backend) => {
    expect(plan(events(1000), [], () => backend)).toEqual({});
  });

  it.each(["azblob://state", "s3://state", "gs://state"])("writes a long list down first on the backend %s", (url) => {
    expect(plan(events(1000), [], () => url)).toEqual({ leftOut: [`**${invitationToken}::**`] });
  });

  it("runs once where something else changes that nobody could find again", () => {
    const member = { op: "create", type: "azuread:index/groupMember:GroupMember", urn: "urn:pulumi:x::y::z::partners" };
    expect(plan([...events(1000), event(member)])).toEqual({
      why: "a kill would leave unclear whether partners (azuread:index/groupMember:GroupMember) was changed",
    });
    expect(plan([...events(1000), event({ ...member, op: "same" })])).toHaveProperty("leftOut");
    expect(plan([...events(1000), ...guests(1, "delete-replaced")])).toHaveProperty("why");
  });

  it("runs once where many guests are mailed again", () => {
    const again = Array.from({ length: 17 }, () => ({ mailedAgain: true }));
    expect(plan(events(1000), again)).toHaveProperty("why");
    expect(plan(events(1000), again.slice(1))).toHaveProperty("leftOut");
    expect(plan(events(1000), [{ formerly: "ana@fabrikam.example" }])).toHaveProperty("why");
  });
});

describe("guests who are changed side by side", () => {
  const mailedBy = (mails: unknown): EngineEvent[] => {
    const resource = { type: guestListToken, urn: list };
    return [{ resourcePreEvent: { metadata: { op: "create", ...resource, new: { ...resource, inputs: { mails } } } } }];
  };

  it("are many where Microsoft mails them, and as many as always where a mailbox does", () => {
    expect(sideBySide(mailedBy([{ addresses: ["ana@fabrikam.example"] }]), {})).toEqual(["--parallel", "128"]);
    expect(sideBySide(mailedBy([{ from: "invitations@contoso.example", addresses: [] }]), {})).toEqual([]);
    expect(sideBySide(mailedBy("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), {})).toEqual([]);
    expect(sideBySide([], { PULUMI_OPTION_PARALLEL: "8" })).toEqual([]);
  });
});
