const PLAIN_LINE_EVERY_MS = 30_000;

/** @typedef {{ update(detail: string): void, end(outcome: string): void }} Progress */

/**
 * Shows one long step: a single line that counts the seconds on a terminal, a plain line now and then elsewhere.
 * @param {string} title what is being done, e.g. "Building the Pulumi CLI"
 * @returns {Progress}
 */
export function startProgress(title) {
  const startedAt = Date.now();
  const onTerminal = process.stdout.isTTY === true;
  let detail = "";
  const line = () => `${title}${detail && `: ${detail}`} (${elapsed(Date.now() - startedAt)})`;
  const show = onTerminal
    ? () => process.stdout.write(`\r\x1b[K${line().slice(0, (process.stdout.columns ?? 80) - 1)}`)
    : () => console.log(line());

  if (onTerminal) show();
  else console.log(`${title}…`);
  const timer = setInterval(show, onTerminal ? 1_000 : PLAIN_LINE_EVERY_MS);
  timer.unref();

  return {
    update(newDetail) {
      detail = newDetail;
    },
    end(outcome) {
      clearInterval(timer);
      if (onTerminal) process.stdout.write("\r\x1b[K");
      console.log(`${title}: ${outcome} (${elapsed(Date.now() - startedAt)})`);
    },
  };
}

/**
 * @param {number} milliseconds
 * @returns {string} e.g. "42 s" or "3 min 05 s"
 */
export function elapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
