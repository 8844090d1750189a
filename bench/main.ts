/**
 * The benchmarks: what guests cost beside resources that do nothing, on the same engine, in the same run.
 *
 *     npm run bench -- [--sizes 100,1000] [--plain 1000] [--runs 3] [--picture docs/images/growth.svg]
 *
 * 2,000 and 10,000 guests are measured on request: `--sizes 100,1000,2000,10000`. `--plain` is the largest list on which a
 * plain `pulumi up` and `destroy` are tried, which write the whole state twice for each guest. Only the ratios mean
 * something on another machine; seconds are shown to judge them by.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { withHeadings } from "../cli/text-table.ts";
import { repository } from "../tools/toolchain.ts";
import { type Growth, growthPicture } from "./growth-picture.ts";
import { guestStack, type MeasuredStack, trivialStack } from "./stacks.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "100,1000" },
    plain: { type: "string", default: "1000" },
    runs: { type: "string", default: "3" },
    picture: { type: "string" },
  },
});
const sizes = values.sizes.split(",").map(Number);
const [largestPlain, mostRuns] = [Number(values.plain), Number(values.runs)];

const policies = {
  policyPacks: [path.join(repository, "policies", "guests")],
  policyPackConfigs: [path.join(repository, "policies", "guests.local.json")],
};

/** A pack whose one policy does nothing. */
const emptyPack = { policyPacks: [path.join(repository, "bench", "trivial", "policies")] };

/** Three resources a guest instead of one. */
const access = { "guests:groups": ["Partners"], "guests:apps": ["Partner Portal"] };

/** What the table means, for somebody who sees it for the first time. */
const explanation = [
  "baseline = as many resources that do nothing, in the same run; 1.30 × = 30 % slower than they are.",
  "requests = HTTP requests to the tenant; program and provider = their peak memory; state = its bytes for each guest.",
].join("\n");

/** Which part of a run a process is, by what stands in its command line. */
const parts = [
  ["policy pack", /cmd\/run-policy-pack/],
  ["provider", /[\\/]provider\0/],
  ["program", /@pulumi\/pulumi\/cmd\/run\b/],
  ["engine", /(?:^|\/)pulumi\0/],
] as const;

/** The most that each part took, in bytes. */
type Peaks = Partial<Record<(typeof parts)[number][0], number>>;

/** One operation on so many guests, measured several times on both stacks, in seconds. */
interface Measurement {
  operation: string;
  guests: number;
  baseline: number[];
  subject: number[];
  /** The ratio that the project promises for this size. */
  target?: number;
  requests?: number;
  /** The most that the program and the provider took, in bytes. */
  peaks?: Peaks;
  /** Of the state afterwards, for each guest. */
  stateBytes?: number;
}

/** Something to measure. */
interface Step {
  operation: string;
  run: (stack: MeasuredStack) => Promise<unknown>;
  /** What the baseline does meanwhile; the same where nothing is said, and nothing for `false`. */
  baseline?: ((stack: MeasuredStack) => Promise<unknown>) | false;
  target?: number;
  /** How often it is measured in a round, in turn with the baseline; only for what changes nothing. Default: once. */
  times?: number;
}

const subject = await guestStack();
const baseline = await trivialStack();
const measurements: Measurement[] = [];
try {
  for (const size of sizes) {
    if (size <= largestPlain) await measure(size, plainSteps(size), size <= 100 ? mostRuns : 1);
    await measure(size, commandSteps(size), size <= 100 ? mostRuns : 1);
  }
  await measureOfficialPackage();
} finally {
  await Promise.all([subject.close(), baseline.close()]);
}
console.log(`\n${explanation}\n\n${table()}\n`);
if (values.picture !== undefined) writeFileSync(values.picture, picture());

/** What a user of plain Pulumi waits for. */
function plainSteps(size: number): Step[] {
  // The promised ratios are those of 1,000 guests: with fewer, the start of the processes counts for more.
  const at1000 = (target: number) => (size === 1000 ? { target } : {});
  return [
    { operation: "preview, all new", run: ({ stack }) => stack.preview(), ...at1000(1.3) },
    {
      operation: "preview with the policy pack, against without",
      run: ({ stack }) => stack.preview(policies),
      baseline: () => subject.stack.preview(),
      ...at1000(1.2),
    },
    {
      operation: "preview with the policy pack, against a pack that does nothing",
      run: ({ stack }) => stack.preview(policies),
      baseline: () => subject.stack.preview(emptyPack),
    },
    {
      operation: "preview with a group and an application each, against without",
      run: (stack) => given(stack, access, ({ stack }) => stack.preview()),
      baseline: () => subject.stack.preview(),
    },
    { operation: "up", run: ({ stack }) => stack.up(), ...at1000(1.6) },
    { operation: "preview, unchanged", run: ({ stack }) => stack.preview(), ...at1000(1.3) },
    // Some seconds: a single pair says more of the machine than of the refresh.
    { operation: "refresh", run: ({ stack }) => stack.refresh(), times: 7, ...at1000(1.5) },
    { operation: "destroy", run: ({ stack }) => stack.destroy(), ...at1000(1.8) },
  ];
}

/** What a user of the command waits for, with previews and policies; measured against a plain `up` of the baseline. */
function commandSteps(size: number): Step[] {
  const plainUp = size <= Math.max(largestPlain, 2000) && (({ stack }: MeasuredStack) => stack.up());
  const command =
    (...args: string[]) =>
    (stack: MeasuredStack) =>
      stack.guests?.(...args) ?? Promise.resolve();
  return [
    {
      operation: "guests apply, all new, against a plain up",
      run: command("apply"),
      baseline: plainUp,
      ...(size === 2000 && { target: 0.4 }),
    },
    { operation: "guests apply, nothing changed", run: command("apply"), baseline: false },
    {
      operation: "guests apply, all changed",
      run: (stack) => given(stack, { "guests:department": "Sales" }, command("apply")),
      baseline: false,
    },
    { operation: "guests destroy", run: command("destroy", "--yes"), baseline: false },
  ];
}

/** Runs something while the config says this of all guests. */
async function given(stack: MeasuredStack, defaults: object, run: Step["run"]): Promise<void> {
  stack.give?.(defaults);
  await run(stack);
  stack.give?.({});
}

/** Measures the steps one after the other, each on both stacks; several rounds, each with guests of its own. */
async function measure(guests: number, steps: readonly Step[], runs: number): Promise<void> {
  const results = steps.map(
    ({ operation, target }): Measurement => ({
      operation,
      guests,
      baseline: [],
      subject: [],
      ...(target !== undefined && { target }),
    }),
  );
  measurements.push(...results);
  for (let run = 0; run < runs; run++) {
    // New names each time: the guests of the round before are in the recycle bin, and would be restored.
    const prefix = `r${Date.now().toString(36)}`;
    if (steps.some((step) => step.baseline !== false)) await baseline.stack.destroy();
    for (const stack of [subject, baseline]) stack.resize(guests, prefix);
    const measured = steps.flatMap((step, index) => Array.from({ length: step.times ?? 1 }, () => ({ step, index })));
    for (const { step, index } of measured) {
      const result = results[index] as Measurement;
      const { baseline: other = step.run } = step;
      // The look for peaks takes time from what runs beside it, so the baseline is looked at as well.
      if (other !== false) {
        await withPeaks(baseline, async () => {
          result.baseline.push(await secondsOf(`${title(result)} (baseline)`, () => other(baseline)));
        });
      }
      subject.tenant?.clearRequests();
      result.peaks = await withPeaks(subject, async () => {
        result.subject.push(await secondsOf(title(result), () => step.run(subject)));
      });
      result.requests = (subject.tenant?.requests() ?? []).filter(({ batch }) => batch === undefined).length;
      if (/^(?:up|guests apply, all new)/.test(step.operation)) result.stateBytes = subject.stateBytes() / guests;
    }
  }
}

/** `azuread.Invitation` beside them, where the official plugin is installed. */
async function measureOfficialPackage(): Promise<void> {
  const plugins = path.join(process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi"), "plugins");
  if (!existsSync(plugins) || !readdirSync(plugins).some((name) => name.startsWith("resource-azuread-"))) {
    console.log("azuread.Invitation is not measured: the official plugin is not installed.");
    return;
  }
  const guests = Math.min(...sizes);
  subject.give?.({ "guests:engine": "azuread", "guests:message": {} });
  await measure(guests, [{ operation: "up with azuread.Invitation", run: ({ stack }) => stack.up() }], 1);
}

async function secondsOf(name: string, operation: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await operation();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${name}: ${seconds.toFixed(1)} s`);
  return seconds;
}

function title({ guests, operation }: Measurement): string {
  return `${guests.toLocaleString("en-US")}: ${operation}`;
}

/** Median seconds and their ratio, one line a measurement. */
function table(): string {
  const rows = measurements.map((one) => {
    const ratio = ratioOf(one);
    const verdict = one.target === undefined || ratio === undefined ? "" : ratio <= one.target ? "reached" : "missed";
    return [
      title(one),
      one.baseline.length === 0 ? "" : `${median(one.baseline).toFixed(1)} s`,
      `${median(one.subject).toFixed(1)} s`,
      ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
      one.target === undefined ? "" : `${one.target.toFixed(2)} ×`,
      verdict,
      one.requests === undefined || one.requests === 0 ? "" : String(one.requests),
      megabytes(one.peaks?.program),
      megabytes(one.peaks?.provider),
      one.stateBytes === undefined ? "" : `${Math.round(one.stateBytes)} B`,
    ];
  });
  const head = ["operation", "baseline", "guests", "ratio", "at most", "", "requests", "program", "provider", "state"];
  return withHeadings(head, rows, [
    "left",
    "right",
    "right",
    "right",
    "right",
    "left",
    "right",
    "right",
    "right",
    "right",
  ]).join("\n");
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "" : `${Math.round(bytes / 1024 / 1024)} MB`;
}

/** How the time grows with the list, for the operations that were measured at several sizes. */
function picture(): string {
  const day = new Date().toISOString().slice(0, 10);
  const byOperation = Map.groupBy(measurements, ({ operation }) => operation);
  const lines = [...byOperation].map(([name, all]): Growth => {
    return {
      name: name.replace(/, against.*/, ""),
      seconds: new Map(all.map((one) => [one.guests, median(one.subject)])),
    };
  });
  // Whatever was measured beside a plain `up` of the baseline.
  const nothing = measurements.filter(({ operation }) => /^up$|against a plain up$/.test(operation));
  const beside = nothing.filter(({ baseline }) => baseline.length > 0);
  lines.push({
    name: "up, resources that do nothing",
    seconds: new Map(beside.map((one) => [one.guests, median(one.baseline)])),
  });
  const drawn = lines.filter(({ seconds }) => seconds.size > 1);
  return growthPicture(`Seconds by number of guests, measured on ${day}`, drawn);
}

function ratioOf({ baseline, subject }: Measurement): number | undefined {
  return baseline.length === 0 ? undefined : median(subject) / median(baseline);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/**
 * Watches the processes that are started for a stack while an operation runs. On Linux only; elsewhere nothing is known.
 *
 * @param stack its folder stands in the environment of these processes and of no others
 */
async function withPeaks({ stack }: MeasuredStack, operation: () => Promise<unknown>): Promise<Peaks> {
  const folder = path.dirname(stack.workspace.workDir);
  const peaks: Peaks = {};
  const watch = setInterval(() => look(folder, peaks), 100);
  try {
    await operation();
  } finally {
    clearInterval(watch);
  }
  return peaks;
}

function look(folder: string, peaks: Peaks): void {
  for (const id of processIds()) {
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, "utf8");
      const [part] = parts.find(([, pattern]) => pattern.test(command)) ?? [];
      if (part === undefined || !readFileSync(`/proc/${id}/environ`, "utf8").includes(folder)) continue;
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8")) ?? [];
      peaks[part] = Math.max(peaks[part] ?? 0, Number(kilobytes) * 1024);
    } catch {
      // It has just ended.
    }
  }
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
