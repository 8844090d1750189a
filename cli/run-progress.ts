/**
 * How far a run of Pulumi is: on a terminal one line that is renewed, with the time left; in a pipeline a line when it
 * starts, one a minute, and one when it ends.
 */
import type { EngineEvent } from "./comment/engine-events.ts";
import { isWatched, say, showStatus } from "./log-lines.ts";

/** What a run does, and to what. */
export interface RunTitle {
  /** Such as `Preview of stack prod`. */
  title: string;
  /** How many changes the run makes, where its preview has counted them. */
  changes?: number | undefined;
}

/** A run that is shown while it goes on. */
export interface RunProgress {
  /** Counts what an event tells. */
  see(event: EngineEvent): void;
  /** @param isDone false where the run failed */
  end(isDone: boolean): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;
const plainLineMs = 60_000;

/** The first changes take longer: connections are made. The time left is told from this many on. */
const enoughToTell = 10;

/** Steps that change nothing. */
const idle: ReadonlySet<string> = new Set(["same", "read", "refresh"]);

/**
 * Starts to show a run.
 *
 * @param to where the lines go that stay
 */
export function showRun({ title, changes }: RunTitle, to: NodeJS.WritableStream = process.stdout): RunProgress {
  const started = Date.now();
  let [done, firstDone, frame] = [0, started, 0];
  const counts = changes === undefined ? () => true : (op: string) => !idle.has(op);
  const text = () => `${title}: ${farText({ done, changes, elapsed: Date.now() - started, since: firstDone })}`;
  const renew = () => showStatus(title, `${frames[frame++ % frames.length]} ${text()}`);
  const isLive = isWatched();
  if (isLive) renew();
  else say(`${title}…`, { to });
  const timer = setInterval(isLive ? renew : () => say(`  ${text()}`, { to }), isLive ? frameMs : plainLineMs);
  timer.unref();
  return {
    see({ resOutputsEvent }) {
      if (resOutputsEvent === undefined || !counts(resOutputsEvent.metadata.op)) return;
      done++;
      if (done === 1) firstDone = Date.now();
    },
    end(isDone) {
      clearInterval(timer);
      showStatus(title, undefined);
      const took = durationText(Date.now() - started);
      say(`${isDone ? "✓" : "✗"} ${title}: ${isDone ? "done in" : "failed after"} ${took}`, { to, marked: true });
    },
  };
}

/** What is told of a run that goes on; times in milliseconds. */
interface Far {
  done: number;
  changes?: number | undefined;
  /** Since the run started. */
  elapsed: number;
  /** When the first change was done, as `Date.now()` says. */
  since: number;
}

/** How far a run is: `120 of 400 changes, about 2 min left`. */
export function farText({ done, changes, elapsed, since }: Far, now: number = Date.now()): string {
  const took = durationText(elapsed);
  if (changes === undefined) return done === 0 ? took : `${done} resources, ${took}`;
  const far = `${Math.min(done, changes)} of ${changes} changes`;
  if (done < enoughToTell || done >= changes) return `${far}, ${took}`;
  const left = ((now - since) / (done - 1)) * (changes - done);
  return `${far}, about ${durationText(left)} left`;
}

/** `7 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
