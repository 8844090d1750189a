import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { guestListToken, invitationToken } from "../model/names.ts";
import type { EngineEvent, Step } from "./comment/engine-events.ts";
import { ApplyProgress, durationText, showRun } from "./run-progress.ts";

const finished = (op: string): EngineEvent => ({ resOutputsEvent: { metadata: { op, urn: "", type: "" } } });

it("writes times as people say them", () => {
  expect([900, 59_000, 120_000, 125_000, 12_000_000].map(durationText)).toEqual([
    "1 s",
    "59 s",
    "2 min",
    "2 min 5 s",
    "3 h 20 min",
  ]);
});

it("needs two lines in a log, whatever happens", async () => {
  const to = new PassThrough();
  const all = text(to);
  const progress = { saw: () => {}, line: () => undefined };
  const shown = showRun({ title: "Apply of stack prod", progress }, to);
  for (let index = 0; index < 400; index++) shown.see(finished("create"));
  shown.end(true);
  showRun({ title: "Preview of stack dev" }, to).end(false);
  to.end();
  expect((await all).split("\n")).toEqual([
    "Apply of stack prod…",
    "✓ Apply of stack prod: done in 0 s",
    "Preview of stack dev…",
    "✗ Preview of stack dev: failed after 0 s",
    "",
  ]);
});

const addressOf = (number: number) => `g${number}@fabrikam.example`;

function guest(number: number, op: string): Step {
  const resource = { type: invitationToken, urn: `urn:${number}` };
  return { op, ...resource, new: { ...resource, inputs: { userEmailAddress: addressOf(number) } } };
}

function preview(count: number, { op = "create", from }: { op?: string; from?: string } = {}): EngineEvent[] {
  const addresses = Array.from({ length: count }, (_, number) => addressOf(number));
  const list = { type: guestListToken, urn: "urn:list" };
  const mails = [{ ...(from && { from }), addresses }];
  return [
    { resourcePreEvent: { metadata: { op: "create", ...list, new: { ...list, inputs: { mails } } } } },
    ...addresses.map((_, number) => ({ resourcePreEvent: { metadata: guest(number, op) } })),
  ];
}

/** An apply in whose first seconds so many guests were done. */
function after(seconds: number, done: number, events: EngineEvent[], op = "create") {
  const progress = new ApplyProgress(events);
  progress.saw({ resourcePreEvent: { metadata: guest(0, op) } }, 1_000_000);
  for (let number = 0; number < done; number++) {
    progress.saw({ resOutputsEvent: { metadata: guest(number, op) } }, 1_000_000);
  }
  return progress.line(1_000_000 + seconds * 1000);
}

describe("[5] the time left", () => {
  it.each<[why: string, line: string | undefined, expected: string]>([
    ["follows from the pace so far", after(60, 600, preview(2_000)), "600 of 2,000 guests done, about 2 minutes left."],
    [
      "is never less than Microsoft's limit allows",
      after(5, 400, preview(1_000)),
      "400 of 1,000 guests done, about 20 s left.",
    ],
    [
      "is not guessed at the beginning",
      after(1, 100, preview(1_000)),
      "100 of 1,000 guests done; the rest takes at least 30 s.",
    ],
    [
      "minds the limit of writes, which a list of thousands meets",
      after(60, 1_800, preview(6_000)),
      "1,800 of 6,000 guests done, about 4 minutes left.",
    ],
    [
      "minds the mailbox's 30 mails a minute",
      after(6, 30, preview(330, { from: "invitations@contoso.example" })),
      "30 of 330 guests done, about 10 minutes left.",
    ],
    [
      "knows no limit of invitations for removals",
      after(10, 900, preview(1_000, { op: "delete" }), "delete"),
      "900 of 1,000 guests done, about 1 s left.",
    ],
  ])("%s", (_, line, expected) => {
    expect(line).toBe(expected);
  });

  it("knows no limit where the local tenant has none, and is not told of what is done", () => {
    const progress = new ApplyProgress(preview(1_000), false);
    progress.saw({ resourcePreEvent: { metadata: guest(0, "create") } }, 1_000_000);
    expect(progress.line(1_001_000)).toBe("0 of 1,000 guests done.");
    expect(after(30, 500, preview(500))).toBeUndefined();
    expect(new ApplyProgress(preview(500)).line()).toBeUndefined();
  });
});
