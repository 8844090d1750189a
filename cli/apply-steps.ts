/**
 * How an apply runs: in one run of Pulumi, or in two. A backend that is a folder or a bucket gets the whole state anew
 * before and after each resource, which for a long list takes most of the time. So a long list is written down first,
 * and the rest runs without these checkpoints: after a kill, the list's record tells who was invited.
 */
import {
  applyStepVariable,
  guestInvitationsToken,
  guestListToken,
  invitationToken,
  settledGuestsToken,
} from "../model/names.ts";
import { paceVariable } from "../provider/microsoft/shared-pace.ts";
import { exitStatus, type RunOptions, Stop } from "./command-line.ts";
import type { EngineEvent, Step } from "./comment/engine-events.ts";
import { type GuestReport, readReport } from "./comment/guest-report.ts";
import { say } from "./log-lines.ts";
import { backendUrl, localStack, type PulumiRun, runPulumi } from "./pulumi-run.ts";
import { ApplyProgress } from "./run-progress.ts";

/** From how many changes on the second run costs less than the checkpoints. */
const worthTwoRuns = 150;

/** So many operations run side by side (Pulumi's default), so that a kill may leave this many of them in doubt anyway. */
const inFlight = 16;

/** What leaves a record behind by which a later run finds out how far this one came. */
const recordedTypes: ReadonlySet<string> = new Set([
  "pulumi:pulumi:Stack",
  guestInvitationsToken,
  guestListToken,
  invitationToken,
  settledGuestsToken,
]);

/** The two runs of an apply. */
export interface TwoRuns {
  /** What the first one leaves out, as patterns of URNs; `undefined` where no list changes, and one run is enough. */
  leftOut: string[] | undefined;
}

/**
 * Decides how an apply runs.
 *
 * @param events those of its preview
 * @returns the two runs, or why there is only one; no reason where it is not worth two
 */
export function planRuns(
  events: readonly EngineEvent[],
  { changed }: Pick<GuestReport, "changed">,
  backend: () => string | undefined,
): TwoRuns | { why?: string } {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const changes = steps.filter(changesSomething);
  if (changes.length < worthTwoRuns) return {};
  const url = backend();
  // A service has a journal; a checkpoint costs nothing there.
  if (url === undefined || /^https?:/i.test(url)) return {};
  const foreign = changes.find((step) => !isRecorded(step));
  if (foreign !== undefined) {
    const name = foreign.urn.split("::").at(-1);
    return { why: `a kill would leave unclear whether ${name} (${foreign.type}) was changed` };
  }
  const moved = changed.find(({ formerly }) => formerly !== undefined);
  if (moved !== undefined) return { why: `a kill would leave unclear whether ${moved.address} has the new address` };
  const again = changed.filter(({ mailedAgain }) => mailedAgain).length;
  if (again > inFlight) return { why: `a kill would leave unclear which of ${again} guests were mailed again` };
  const lists = changes.filter(({ type, op }) => type === guestListToken && op !== "delete");
  return { leftOut: lists.length === 0 ? undefined : allBut(lists, steps) };
}

/** Everything but the lists, what stands around them, and the providers: one pattern for each type. */
function allBut(lists: readonly Step[], steps: readonly Step[]): string[] {
  const byUrn = new Map(steps.map((step) => [step.urn, step]));
  const needed = new Set(lists.flatMap((list) => [list.type, ...typesAround(list, byUrn)]));
  const others = steps.map(({ type }) => type).filter((type) => !needed.has(type) && !type.startsWith("pulumi:"));
  // The type of a URN stands before its name; those of its parents stand before a `$`.
  return [...new Set(others)].sort().map((type) => `**${type}::**`);
}

function changesSomething({ op }: Step): boolean {
  return op !== "same" && op !== "read" && op !== "refresh";
}

function isRecorded({ type, op }: Step): boolean {
  if (type.startsWith("pulumi:providers:")) return true;
  return recordedTypes.has(type) && ["create", "update", "delete"].includes(op);
}

function typesAround(step: Step, byUrn: ReadonlyMap<string, Step>): string[] {
  const parent = byUrn.get(step.new?.parent ?? "");
  return parent === undefined ? [] : [parent.type, ...typesAround(parent, byUrn)];
}

/**
 * Brings the tenant to the list, after its preview.
 *
 * @param flags further flags of `pulumi up`
 * @param checkpoints true to have the state written after each resource, however long that takes
 */
export async function applyInSteps(
  options: RunOptions,
  { events, report }: { events: readonly EngineEvent[]; report: GuestReport },
  flags: readonly string[],
  checkpoints: boolean,
): Promise<PulumiRun> {
  const progress = progressOf(options, events);
  const up = (step: RunOptions, more: readonly string[]) =>
    runPulumi(step, "up", ["--yes", "--skip-preview", ...more], { progress });
  const atOnce = () => up(options, flags);
  if (checkpoints) return atOnce();
  const plan = planRuns(events, report, () => backendUrl(options));
  if (!("leftOut" in plan)) {
    if (plan.why !== undefined) say(`This takes longer, because the state is written after each change: ${plan.why}.`);
    return atOnce();
  }

  const began = Date.now();
  const rest = { [applyStepVariable]: `rest:${began}` };
  if (plan.leftOut !== undefined) {
    say("\nStep 1 of 2: writing down who is in the tenant already. Nothing is sent.");
    const excluded = plan.leftOut.flatMap((pattern) => ["--exclude", pattern]);
    const step = withVariables(options, { [applyStepVariable]: `record:${began}` });
    const record = await runPulumi(step, "up", ["--yes", "--skip-preview", ...excluded], { title: "Record" });
    if (record.status !== 0) {
      const { errors } = readReport(record.events, options.stack, "");
      const remedy = "Fix this and run the same command again, or run it in one step with --checkpoints.";
      const text = ["Nobody was invited, because the list could not be recorded.", ...errors, remedy].join("\n");
      throw new Stop(text, exitStatus.failed);
    }
    if (!record.events.every(isResumable)) {
      say(
        "The rest takes longer, because the state is written after each change: a kill would leave unclear who was invited.",
      );
      return up(withVariables(options, rest), flags);
    }
    say("\nStep 2 of 2: the changes.");
  }
  const step = withVariables(options, { ...rest, ...withoutCheckpoints });
  return up(step, [...sideBySide(events), ...flags]);
}

function progressOf({ stack, environment = process.env }: RunOptions, events: readonly EngineEvent[]): ApplyProgress {
  // A local tenant has no limits unless it is started with them.
  return new ApplyProgress(events, stack !== localStack && environment[paceVariable] !== "none");
}

/** Graph takes 30 invitations a second, and shows each after some seconds: so many have to be under way. */
const mostSideBySide = 128;

/**
 * How many guests are changed side by side, where no checkpoint stands between them. Where a mailbox mails them, one after
 * another, Pulumi's default is enough: a guest who waits longer than their resource's time would fail.
 */
export function sideBySide(events: readonly EngineEvent[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const lists = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []).filter(isList);
  // Text instead of groups: who mails is not known yet.
  const mails = lists.flatMap((step) => step.new?.inputs?.mails ?? []) as (string | { from?: unknown })[];
  const isMailed = mails.some((group) => typeof group === "string" || group.from !== undefined);
  const isChosen = environment.PULUMI_OPTION_PARALLEL !== undefined;
  return isMailed || isChosen ? [] : ["--parallel", String(mostSideBySide)];
}

const isList = ({ type }: Step) => type === guestListToken;

function withVariables(options: RunOptions, variables: Readonly<Record<string, string>>): RunOptions {
  return { ...options, environment: { ...(options.environment ?? process.env), ...variables } };
}

/**
 * Removes everything that the stack has made, after the preview of it. A removal that is lost with a killed run is simply
 * done again.
 *
 * @param events those of the preview
 */
export function destroyStack(
  options: RunOptions,
  events: readonly EngineEvent[],
  checkpoints: boolean,
): Promise<PulumiRun> {
  const plan = checkpoints ? {} : planRuns(events, { changed: [] }, () => backendUrl(options));
  const progress = progressOf(options, events);
  const [step, flags] =
    "leftOut" in plan ? [withVariables(options, withoutCheckpoints), sideBySide(events)] : [options, []];
  return runPulumi(step, "destroy", ["--yes", "--skip-preview", ...flags], { progress });
}

/** An experimental switch of Pulumi's; a CLI that does not know it writes the state as always. */
export const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

function isResumable({ resOutputsEvent }: EngineEvent): boolean {
  const step = resOutputsEvent?.metadata;
  if (step?.type !== guestListToken || !changesSomething(step)) return true;
  return step.new?.outputs?.resumable === true;
}
