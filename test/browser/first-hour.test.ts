import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessPlugins, nodeProgram, repository, toolchainEnvironment } from "../../tools/toolchain.ts";
import { expectAccessible } from "./accessibility.ts";
import { launchChromium } from "./chromium.ts";
import { openMail, readCode } from "./inbox.ts";
import { openPortal, type Portal } from "./portal.ts";

const readme = readFileSync(path.join(repository, "README.md"), "utf8");
const carla = "carla@adatum.example";
const you = "you@your-other-mail.example";

/** The shell commands below a heading of the README, block by block. */
function commandsBelow(heading: string): string[] {
  const [, chapter = ""] = readme.split(new RegExp(`^#+ ${heading}$`, "m"));
  const [untilNext = ""] = chapter.split(/^#+ [A-Z]/m);
  return [...untilNext.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = ""]) => commands);
}

/**
 * The first hour of somebody who has this README and nothing else: they copy its commands. The steps build on each other.
 * What would come from the internet (the clone, npm's packages) comes from this repository; see {@link standIns}.
 */
describe("[first hour] what the README says", { timeout: 300_000 }, () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let portal: Portal;
  let browser: Browser;
  let inbox: Page;
  let links: { inbox: string; directory: string; myApps: string };
  const [clone, stop] = commandsBelow("See it");
  const repositoryOfYourOwn = commandsBelow("Make a guest repository");
  const [begin, apply, cleanUp] = commandsBelow("A safe trial with one guest of your own");

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "first-hour-"));
    const bin = standIns(folder);
    const own = toolchainEnvironment();
    environment = {
      ...process.env,
      ...own,
      ...accessPlugins(process.env),
      PATH: [bin, own.PATH].join(path.delimiter),
      TENANT_PORT: String(await freePort()),
      PULUMI_HOME: path.join(folder, "pulumi-home"),
    };
    portal = await openPortal();
    // Where Carla's invitation leads to.
    browser = await launchChromium({ host: "orders.contoso.example", port: portal.port });
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
    if (environment !== undefined) await run("npm stop", "guests-as-code");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs commands as a shell does that stops at the first failure. */
  async function run(commands: string | undefined, where = "."): Promise<string> {
    const shell: ChildProcess = spawn("sh", ["-e", "-c", commands ?? "false"], {
      cwd: path.join(folder, where),
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [shell.stdout, shell.stderr]) {
      stream?.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
    }
    const [status] = await once(shell, "exit");
    expect(status, text).toBe(0);
    return text;
  }

  async function newPage(width: number, colorScheme: "light" | "dark"): Promise<Page> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width, height: 720 },
      colorScheme,
    });
    context.setDefaultTimeout(15_000);
    return context.newPage();
  }

  it("brings a clone to guests and three links", async () => {
    const shown = await run(clone);
    expect(shown).toContain("Carla");
    const link = (name: string) => new RegExp(`\\b${name}\\b[^\\n]*?(https?://\\S+)`).exec(shown)?.[1] ?? "";
    links = { inbox: link("Inbox"), directory: link("Directory"), myApps: link("My Apps") };
  });

  it("leads from Carla's mail to My Apps and to her application", async () => {
    inbox = await newPage(1280, "light");
    await inbox.goto(links.inbox);
    const mail = await openMail(inbox, carla, "Contoso invites you as a guest");
    await expectAccessible(inbox);
    const link = await mail.getByRole("link", { name: "Accept invitation" }).getAttribute("href");
    // She reads her mail on a phone, in the dark.
    const guest = await newPage(375, "dark");
    await guest.goto(link ?? "");
    await expectAccessible(guest);
    await guest.getByRole("button", { name: "Get started" }).click();
    await guest.getByLabel("Code from the mail").fill(await readCode(inbox, carla));
    await guest.getByRole("button", { name: "Sign in" }).click();
    await guest.getByRole("heading", { name: "Review permissions" }).waitFor();
    await expectAccessible(guest);
    await guest.getByRole("button", { name: "Accept" }).click();
    await guest.getByRole("heading", { name: "You're in" }).waitFor();
    await expectAccessible(guest);

    await guest.goto(links.myApps);
    await guest.getByRole("link", { name: "Contoso Orders" }).waitFor();
    await expectAccessible(guest);
    await guest.goBack();
    await guest.getByRole("link", { name: /orders\.contoso\.example/ }).click();
    await guest.getByRole("heading", { name: "Partner portal" }).waitFor();
  });

  it("shows in the directory that she has accepted, and lets the administrator delete her", async () => {
    const admin = await newPage(1280, "dark");
    await admin.goto(links.directory);
    await admin.getByRole("row", { name: "Carla Espinosa" }).getByText("Accepted").waitFor();
    await expectAccessible(admin);
    await admin.getByRole("link", { name: "Carla Espinosa" }).click();
    await expectAccessible(admin);
    await admin.getByRole("link", { name: "Delete…" }).click();
    await expectAccessible(admin);
    await admin.getByRole("button", { name: "Delete Carla Espinosa" }).click();
    await admin.getByRole("button", { name: /^Undo/ }).waitFor();
    await expectAccessible(admin);
  });

  it("makes a guest repository whose lists are right", async () => {
    // The rehearsal takes the published packages: test/packages/guest-repository.test.ts runs it.
    const [commands = ""] = repositoryOfYourOwn;
    expect(commands).toMatch(/^npx guests rehearse .*$/m);
    const shown = await run(commands.replace(/^npx guests rehearse .*$/m, ""));
    expect(shown).toContain("Stack prod: 2 guests, list and policies are right.");
  });

  it("previews the trial with one guest of your own; with FIRE=all, invites and removes them", async () => {
    const signedIn = path.join(folder, "guests-as-code", ".local", "tenant", "environment.json");
    Object.assign(environment, JSON.parse(readFileSync(signedIn, "utf8")));
    const preview = await run(begin, "my-guests");
    expect(preview).toContain("Nothing is missing.");
    expect(preview).toContain("Guests of trial: 1 added");
    expect(preview).toMatch(/you@your-other-mail\.example.*\bnew\b.*\bmailed\b/);
    if (process.env.FIRE !== "all") return;

    // The README's terminal stays open from block to block.
    const exported = begin?.match(/^export .*$/m)?.[0] ?? "";
    await run(`${exported}\n${apply}`, "my-guests");
    await openMail(inbox, you, /invite/);
    expect(await run(`${exported}\n${cleanUp}`, "my-guests")).toContain("Stack 'trial' has been removed!");
    expect(await run("npm test", "my-guests")).not.toContain("trial");
  });

  it.runIf(process.env.FIRE === "all")("brings Carla back by another npm start, with FIRE=all", async () => {
    await run("npm start", "guests-as-code");
    const admin = await newPage(1280, "light");
    await admin.goto(links.directory);
    await admin.getByRole("row", { name: "Carla Espinosa" }).getByText("Accepted").waitFor();
  });

  it("ends with a stopped tenant", async () => {
    expect(await run(stop, "guests-as-code")).toContain("Stopped the local tenant");
  });
});

/**
 * Programs for the shell's PATH. They take from this repository what the README's commands fetch from the internet: the clone,
 * and the packages as they will be published. `az` signs nobody in: the variables of the local tenant do.
 * @param folder where they are written
 * @returns the folder to put first on the PATH
 */
function standIns(folder: string): string {
  const bin = path.join(folder, "bin");
  const packages = path.join(folder, "packages");
  const scripts: Readonly<Record<string, string>> = {
    az: "exit 0",
    git: `
      [ "$1" = clone ] || PATH="$REAL_PATH" exec git "$@"
      mkdir "\${2##*/}" && cd "\${2##*/}"
      (cd "$REPOSITORY" && tar --exclude ./node_modules --exclude ./.local --exclude ./.git -cf - .) | tar -xf -
      ln -s "$REPOSITORY/node_modules" node_modules
      mkdir .local && cp "$REPOSITORY/.local/toolchain.json" .local`,
    npm: `
      case "$1" in
        create)
          folder="$3"; shift 4
          "$NODE" "$REPOSITORY/create/main.ts" "$folder" "$@" --no-install
          ln -s "${packages}" "$folder/node_modules"
          printf 'plugins:\\n  providers:\\n    - name: entra-guests\\n      path: %s/provider\\n' "$REPOSITORY" >> "$folder/Pulumi.yaml" ;;
        test) npx guests check ;;
        *) PATH="$REAL_PATH" exec npm "$@" ;;
      esac`,
    // The command in a checkout takes that checkout for the project, unless it is told.
    npx: `
      [ "$1" = guests ] && shift
      case "$1" in
        preview | apply | doctor) set -- "$@" --policy-config policies/guests.trial.json ;;
        destroy) set -- "$@" --policy-config policies/guests.trial.json --yes ;;
      esac
      exec "$NODE" "$REPOSITORY/cli/main.ts" "$@" --cwd .`,
  };
  const known = `REPOSITORY="${repository}" NODE="${nodeProgram()}" REAL_PATH="${process.env.PATH}"`;
  mkdirSync(bin);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh -e\n${known}\n${script}\n`, { mode: 0o755 });
  }
  const component = path.join(packages, "@guests-as-code", "entra-guests");
  mkdirSync(component, { recursive: true });
  writeFileSync(path.join(component, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));
  const entry = JSON.stringify(path.join(repository, "components", "index.ts"));
  writeFileSync(path.join(component, "index.js"), `export * from ${entry};\n`);
  symlinkSync(path.join(repository, "node_modules", "@pulumi"), path.join(packages, "@pulumi"), "junction");
  return bin;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
