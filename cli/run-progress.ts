/**
 * How far a run of Pulumi is: on a terminal one line that is renewed, with the time left; in a pipeline a line when it
 * starts, some while it goes on, and one when it ends.
 */
import { graphLimits, perSecond } from "../model/graph-limits.ts";
import { guestListToken, invitationToken } from "../model/names.ts";
import type { EngineEvent } from "./comment/engine-events.ts";
import { isWatched, say, showStatus } from "./log-lines.ts";

/** What a run does, and to what. */
export interface RunTitle {
  /** Such as `Preview of stack prod`. */
  title: string;
  /** How far it is, where its preview has told how much there is to do. */
  progress?: Pick<ApplyProgress, "saw" | "line"> | undefined;
}

/** A run that is shown while it goes on. */
export interface ShownProgress {
  /** Counts what an event tells. */
  see(event: EngineEvent): void;
  /** @param isDone false where the run failed */
  end(isDone: boolean): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;
const plainLineMs = 30_000;

/**
 * Starts to show a run.
 *
 * @param to where the lines go that stay
 */
export function showRun({ title, progress }: RunTitle, to: NodeJS.WritableStream = process.stdout): ShownProgress {
  const started = Date.now();
  let [seen, frame] = [0, 0];
  const far = () => {
    const took = durationText(Date.now() - started);
    return progress?.line() ?? (seen === 0 || progress ? took : `${seen} resources, ${took}`);
  };
  const renew = () => showStatus(title, `${frames[frame++ % frames.length]} ${title}: ${far()}`);
  const isLive = isWatched();
  if (isLive) renew();
  else say(`${title}…`, { to });
  const timer = setInterval(isLive ? renew : () => say(`  ${title}: ${far()}`, { to }), isLive ? frameMs : plainLineMs);
  timer.unref();
  return {
    see(event) {
      progress?.saw(event);
      if (event.resOutputsEvent !== undefined) seen++;
    },
    end(isDone) {
      clearInterval(timer);
      showStatus(title, undefined);
      const took = durationText(Date.now() - started);
      say(`${isDone ? "✓" : "✗"} ${title}: ${isDone ? "done in" : "failed after"} ${took}`, { to, marked: true });
    },
  };
}

/** `7 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** From so many seconds on, what was done so far tells how long the rest takes. */
const secondsToJudge = 5;

/** What an apply has before it, and how much of it is done. */
export class ApplyProgress {
  readonly #planned: number;
  /** Guests whom Microsoft's limit of invitations holds for, and the mails of the busiest mailbox. */
  readonly #invited: number;
  readonly #mails: number;
  readonly #hasLimits: boolean;
  #began: number | undefined;
  #done = 0;

  /**
   * @param events those of the preview
   * @param hasLimits false for a local tenant that takes requests as fast as they come
   */
  constructor(events: readonly EngineEvent[], hasLimits = true) {
    this.#hasLimits = hasLimits;
    const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
    const guests = steps.filter(changesGuest);
    const added = guests.filter(({ op }) => op === "create");
    this.#planned = guests.length;
    this.#invited = added.length;
    const arriving = new Set(added.map((step) => step.new?.inputs?.userEmailAddress));
    const lists = steps.filter(({ type }) => type === guestListToken);
    const mailboxes = lists.flatMap((step) => mailsOf(step.new?.inputs?.mails, arriving));
    this.#mails = Math.max(0, ...mailboxes);
  }

  /** @param now in milliseconds since 1970 */
  saw({ resourcePreEvent, resOutputsEvent }: EngineEvent, now = Date.now()): void {
    if (resourcePreEvent && changesGuest(resourcePreEvent.metadata)) this.#began ??= now;
    if (resOutputsEvent && changesGuest(resOutputsEvent.metadata)) this.#done += 1;
  }

  /**
   * The line to show now; `undefined` before the first guest and after the last one.
   *
   * The time that is left follows from the pace so far, and is never shorter than Microsoft's limits allow.
   */
  line(now = Date.now()): string | undefined {
    const left = this.#planned - this.#done;
    if (this.#began === undefined || left <= 0) return undefined;
    const done = `${this.#done.toLocaleString("en")} of ${this.#planned.toLocaleString("en")} guests done`;
    const least = this.#least(left);
    const seconds = (now - this.#began) / 1000;
    if (seconds < secondsToJudge || this.#done === 0) {
      return least < 1 ? `${done}.` : `${done}; the rest takes at least ${told(least)}.`;
    }
    return `${done}, about ${told(Math.max(least, (left * seconds) / this.#done))} left.`;
  }

  /** How long the rest takes at least, in seconds. What a limit lets through at once takes no time. */
  #least(left: number): number {
    const share = left / this.#planned;
    const mails = this.#mails > graphLimits.mails.units ? (share * this.#mails) / perSecond(graphLimits.mails) : 0;
    if (!this.#hasLimits) return mails;
    const writes = this.#planned > graphLimits.writes.units ? left / perSecond(graphLimits.writes) : 0;
    return Math.max((share * this.#invited) / perSecond(graphLimits.invitations), writes, mails);
  }
}

function changesGuest({ type, op }: { type: string; op: string }): boolean {
  return type === invitationToken && ["create", "update", "delete"].includes(op);
}

/** How many of those who arrive are mailed by each mailbox. */
function mailsOf(mails: unknown, arriving: ReadonlySet<unknown>): number[] {
  if (!Array.isArray(mails)) return [];
  return mails.flatMap(({ from, addresses }: { from?: unknown; addresses?: unknown }) => {
    if (from === undefined || !Array.isArray(addresses)) return [];
    return addresses.filter((address) => arriving.has(address)).length;
  });
}

function told(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} minutes`;
}
