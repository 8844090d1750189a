import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import type { EngineEvent } from "./comment/engine-events.ts";
import { durationText, farText, showRun } from "./run-progress.ts";

const finished = (op: string): EngineEvent => ({ resOutputsEvent: { metadata: { op, urn: "", type: "" } } });

it("tells the time left by the pace since the first change, once there is a pace", () => {
  const far = { changes: 400, elapsed: 30_000, since: 10_000 };
  expect(farText({ ...far, done: 5 }, 30_000)).toBe("5 of 400 changes, 30 s");
  expect(farText({ ...far, done: 101 }, 30_000)).toBe("101 of 400 changes, about 1 min left");
  expect(farText({ ...far, done: 401 }, 30_000)).toBe("400 of 400 changes, 30 s");
});

it("tells what it has looked at where nobody has counted before", () => {
  expect(farText({ done: 0, elapsed: 3_400, since: 0 })).toBe("3 s");
  expect(farText({ done: 120, elapsed: 61_000, since: 0 })).toBe("120 resources, 1 min 1 s");
});

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
  const progress = showRun({ title: "Apply of stack prod", changes: 400 }, to);
  for (let index = 0; index < 400; index++) progress.see(finished("create"));
  progress.end(true);
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
