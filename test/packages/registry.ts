import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { stringify } from "yaml";
import { cacheDirectory, fillCache, makeCacheDirectory } from "../../tools/setup/cache.mjs";
import { runNpm } from "../../tools/setup/npm-packages.mjs";
import { nodeProgram } from "../../tools/toolchain.ts";

/** An npm registry on loopback. What it does not have itself comes from the registry that this machine uses. */
export interface Registry {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts a registry and publishes packed packages to it.
 *
 * @param folder an existing folder for its files, the caller's to remove
 * @param release the folder with the packed packages
 */
export async function openRegistry(folder: string, release: string): Promise<Registry> {
  const verdaccio = await installedVerdaccio();
  const config = path.join(folder, "config.yaml");
  const ours = { access: "$all", publish: "$all" };
  writeFileSync(
    config,
    stringify({
      storage: "./storage",
      uplinks: { machine: { url: runNpm(["config", "get", "registry"]).trim(), cache: false } },
      packages: {
        "@guests-as-code/*": ours,
        "{guests-as-code,create-guests-as-code}": ours,
        "**": { access: "$all", proxy: "machine" },
      },
      log: { type: "stdout", format: "json", level: "error" },
    }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const program = path.join(verdaccio, "node_modules", "verdaccio", "bin", "verdaccio");
  const server = spawn(nodeProgram(), [program, "--config", config, "--listen", `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  await answers(new URL("-/ping", url), server);
  for (const file of readdirSync(release).filter((name) => name.endsWith(".tgz"))) {
    // npm asks for a token before it publishes anything; this registry takes any. Provenance is the real one's matter.
    const token = `--//127.0.0.1:${port}/:_authToken=none`;
    runNpm(["publish", path.join(release, file), "--registry", url, token, "--provenance=false"]);
  }
  return {
    url,
    async close() {
      const exited = once(server, "exit");
      server.kill();
      await exited;
    },
  };
}

/** Installs the registry's program into the cache, once for each version. */
async function installedVerdaccio(): Promise<string> {
  const source = path.join(import.meta.dirname, "verdaccio");
  const { dependencies } = (await import("./verdaccio/package.json", { with: { type: "json" } })).default;
  const name = `verdaccio-${dependencies.verdaccio}`;
  const cache = cacheDirectory();
  const finished = path.join(cache, name);
  if (existsSync(finished)) return finished;
  makeCacheDirectory(cache);
  return fillCache(cache, name, async (unfinished) => {
    for (const file of readdirSync(source)) copyFileSync(path.join(source, file), path.join(unfinished, file));
    runNpm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: unfinished });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function answers(address: URL, server: ReturnType<typeof spawn>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) break;
    const isThere = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The registry does not answer at ${address}.`);
}
