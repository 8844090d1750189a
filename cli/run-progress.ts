/**
 * How far a run of Pulumi is: on a terminal one line that is renewed, with the time left; in a pipeline a line when it
 * starts, some while it goes on, and one when it ends.
 */
import type { ApplyProgress } from "./apply-progress.ts";
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
