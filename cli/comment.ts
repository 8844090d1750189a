// node cli/comment.ts EVENTS --stack NAME [--terminal]: the comment of a preview that ran before, on stdout.
// EVENTS is what `PULUMI_DEBUG_COMMANDS=true pulumi preview --event-log EVENTS` wrote.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readEvents } from "./comment/engine-events.ts";
import { readReport } from "./comment/guest-report.ts";
import { commentOf } from "./comment/preview-comment.ts";
import { terminalText } from "./comment/report-text.ts";
import { endWith, exitStatus, Stop } from "./exit-status.ts";
import { statusOf, today } from "./run/preview-report.ts";

await endWith(() => {
  const { values, positionals } = parseArgs({
    options: { stack: { type: "string" }, terminal: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (file === undefined || values.stack === undefined) {
    throw new Stop("Usage: node cli/comment.ts EVENTS --stack NAME [--terminal]", exitStatus.usage);
  }
  const report = readReport(readEvents(readFileSync(file, "utf8")), values.stack, today());
  console.log(values.terminal ? terminalText(report) : commentOf(report));
  return statusOf(report);
});
