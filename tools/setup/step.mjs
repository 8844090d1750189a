// What the steps of set-up share: each says why it failed, shows how far it is, and keeps what it chose.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A step that failed, told for the person at the keyboard. */
export class SetupFailure extends Error {
  /**
   * @param {string} step what was being done, e.g. "Installing the npm packages"
   * @param {string} reason why it did not work
   * @param {string} remedy what the user can do about it
   */
  constructor(step, reason, remedy) {
    super(`${step} failed: ${reason}\n${remedy}`);
    this.name = "SetupFailure";
  }
}

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
function elapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Runs a program without showing what it prints.
 * @param {string} program
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<{ status: number | null, complaint: string }>} its exit status, and what it wrote to stderr
 * @throws Error when it cannot be started
 */
export function runQuietly(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, complaint: complaint.trim() }));
  });
}

/**
 * What an earlier set-up chose; nothing when there was none or its file is damaged.
 * @param {string} root the repository's folder
 * @param {"toolchain" | "browser"} name
 */
export function rememberedChoice(root, name) {
  try {
    return JSON.parse(readFileSync(choiceFile(root, name), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Keeps a choice for the next set-up.
 * @param {string} root the repository's folder
 * @param {"toolchain" | "browser"} name
 * @param {object} choice
 */
export function rememberChoice(root, name, choice) {
  const file = choiceFile(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(choice, undefined, 2)}\n`);
  renameSync(unfinished, file);
}

/**
 * @param {string} root
 * @param {string} name
 */
function choiceFile(root, name) {
  return path.join(root, ".local", `${name}.json`);
}
