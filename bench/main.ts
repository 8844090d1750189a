/**
 * The benchmarks: what guests cost beside resources that do nothing, on the same engine, in the same run.
 *
 *     npm run bench -- [--guests 100] [--large 1000] [--runs 3]
 *
 * Only the ratios mean something on another machine; seconds are shown to judge them by.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { inColumns, withHeadings } from "../cli/text-table.ts";
import { repository } from "../tools/toolchain.ts";
import { guestStack, type MeasuredStack, trivialStack } from "./stacks.ts";

const { values } = parseArgs({
  options: {
    guests: { type: "string", default: "100" },
    large: { type: "string", default: "1000" },
    runs: { type: "string", default: "3" },
  },
});
const [guests, large, runs] = [values.guests, values.large, values.runs].map(Number) as [number, number, number];

const policies = {
  policyPacks: [path.join(repository, "policies", "guests")],
  policyPackConfigs: [path.join(repository, "policies", "guests.local.json")],
};

const subject = await guestStack();
const baseline = await trivialStack();
try {
  const measurements = [...(await lifeOf(guests)), ...(await previewsOf(large))];
  console.log(`\n${table(measurements)}\n\n${plot(measurements)}\n`);
} finally {
  await Promise.all([subject.close(), baseline.close()]);
}

/** `up` from nothing, an unchanged preview, a refresh and a destroy, each several times. */
async function lifeOf(count: number): Promise<Measurement[]> {
  const steps: [string, (stack: MeasuredStack) => Promise<unknown>][] = [
    [`up, ${count} new guests`, ({ stack }) => stack.up()],
    [`preview, ${count} unchanged guests`, ({ stack }) => stack.preview()],
    [`refresh, ${count} guests`, ({ stack }) => stack.refresh()],
    [`destroy, ${count} guests`, ({ stack }) => stack.destroy()],
  ];
  const results = steps.map(([name]): Measurement => ({ name, baseline: [], subject: [] }));
  for (let run = 0; run < runs; run++) {
    // New names each time: the guests of the run before are in the recycle bin, and would be restored.
    for (const stack of [subject, baseline]) stack.resize(count, `run${run}`);
    for (const [index, [name, step]] of steps.entries()) {
      const result = results[index] as Measurement;
      result.baseline.push(await secondsOf(`${name} (baseline)`, () => step(baseline)));
      subject.tenant?.clearRequests();
      result.subject.push(await secondsOf(name, () => step(subject)));
      result.note = requestNote(subject);
    }
  }
  return results;
}

/** Previews of a large list, and what the policy pack adds to them. */
async function previewsOf(count: number): Promise<Measurement[]> {
  for (const stack of [subject, baseline]) stack.resize(count, "large");
  const plain: Measurement = { name: `preview, ${count} new guests`, baseline: [], subject: [] };
  const judged: Measurement = { name: "the same with the policy pack, against without", baseline: [], subject: [] };
  for (let run = 0; run < runs; run++) {
    plain.baseline.push(await secondsOf(`${plain.name} (baseline)`, () => baseline.stack.preview()));
    const seconds = await secondsOf(plain.name, () => subject.stack.preview());
    plain.subject.push(seconds);
    judged.baseline.push(seconds);
    judged.subject.push(await secondsOf(judged.name, () => subject.stack.preview(policies)));
  }
  return [plain, judged, await previewsWithAccess(count, plain.subject)];
}

/** What a group and an application for each guest add to the preview: three resources a guest instead of one. */
async function previewsWithAccess(count: number, without: number[]): Promise<Measurement> {
  const name = "the same with a group and an application each, against without";
  const measurement: Measurement = { name, baseline: without, subject: [] };
  subject.give?.({ "guests:groups": ["Partners"], "guests:apps": ["Partner Portal"] });
  subject.resize(count, "large");
  for (let run = 0; run < runs; run++) {
    subject.tenant?.clearRequests();
    measurement.subject.push(await secondsOf(name, () => subject.stack.preview()));
    const lookUps = (subject.tenant?.requests() ?? []).filter(({ path }) => /\/(groups|servicePrincipals)/i.test(path));
    measurement.note = `${lookUps.length} look-ups`;
  }
  subject.give?.({});
  return measurement;
}

async function secondsOf(name: string, operation: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await operation();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${name}: ${seconds.toFixed(1)} s`);
  return seconds;
}

function requestNote({ tenant }: MeasuredStack): string {
  const requests = (tenant?.requests() ?? []).filter(({ batch }) => batch === undefined);
  const writes = requests.filter(({ method, path }) => method !== "GET" && !/\$batch|token/.test(path));
  return `${requests.length} HTTP requests, ${writes.length} of them writes`;
}

/** One operation, measured several times on both stacks, in seconds. */
interface Measurement {
  name: string;
  baseline: number[];
  subject: number[];
  note?: string;
}

/** Median seconds and their ratio, one line a measurement. */
function table(measurements: Measurement[]): string {
  const rows = measurements.map((measurement) => [
    measurement.name,
    `${median(measurement.baseline).toFixed(1)} s`,
    `${median(measurement.subject).toFixed(1)} s`,
    `${ratio(measurement).toFixed(2)} ×`,
    measurement.note ?? "",
  ]);
  const head = ["operation", "baseline", "guests", "ratio", ""];
  return withHeadings(head, rows, ["left", "right", "right", "right", "left"]).join("\n");
}

/** The ratios as bars; `┊` marks the baseline. */
function plot(measurements: Measurement[]): string {
  const unit = 20;
  const rows = measurements.map((measurement) => {
    const length = Math.round(ratio(measurement) * unit);
    const bar = "█".repeat(length).padEnd(unit, " ");
    return [measurement.name, `${bar.slice(0, unit)}┊${bar.slice(unit)} ${ratio(measurement).toFixed(2)} ×`];
  });
  return inColumns(rows).join("\n");
}

function ratio({ baseline, subject }: Measurement): number {
  return median(subject) / median(baseline);
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}
