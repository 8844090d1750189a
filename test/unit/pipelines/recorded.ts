import { readFileSync } from "node:fs";
import path from "node:path";
import { type EngineEvent, readEvents } from "../../../pipelines/comment/events.ts";
import { readReport } from "../../../pipelines/comment/read-report.ts";
import type { GuestReport } from "../../../pipelines/comment/report.ts";

/** The events of a run that record-previews.ts recorded. */
export function recorded(name: string): EngineEvent[] {
  return readEvents(readFileSync(path.join(import.meta.dirname, "fixtures", `${name}.events.jsonl`), "utf8"));
}

/** The report of a recorded preview, as of a day on which only those guests have expired whom the list says. */
export function reportOf(name: string): GuestReport {
  return readReport(recorded(name), "prod", "2026-01-01");
}

/** A report without anything, with these parts. */
export function report(parts: Partial<GuestReport>): GuestReport {
  return {
    stack: "prod",
    added: [],
    changed: [],
    removed: [],
    total: 0,
    access: [],
    other: [],
    findings: [],
    errors: [],
    warnings: [],
    outcome: "previewed",
    ...parts,
  };
}
