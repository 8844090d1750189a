import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import type { EngineEvent } from "./comment/engine-events.ts";
import { durationText, showRun } from "./run-progress.ts";

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
