import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { runNpm } from "../../tools/setup/npm-packages.mjs";

/** A folder far from this repository, whose npm installs from the registry on loopback. */
export interface EmptyFolder {
  path: string;
  /** Writes files by their path in the folder; an object is written as JSON. */
  write(files: Readonly<Record<string, string | object>>): void;
  /** Runs npm in the folder. */
  npm(...args: string[]): string;
  remove(): void;
}

/** Makes an empty folder. */
export function emptyFolder(): EmptyFolder {
  const folder = mkdtempSync(path.join(tmpdir(), "empty-"));
  const write: EmptyFolder["write"] = (files) => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), typeof content === "string" ? content : JSON.stringify(content, null, 2));
    }
  };
  write({ ".npmrc": `registry=${inject("registry")}\naudit=false\nfund=false\nupdate-notifier=false\n` });
  return {
    path: folder,
    write,
    npm: (...args) => runNpm(args, { cwd: folder, env: withoutNpmSettings(process.env) }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** npm hands its settings to its scripts as variables, which weigh more than a folder's own `.npmrc`. */
export function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name)));
}
