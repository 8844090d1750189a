#!/usr/bin/env node
import { parseArgs } from "node:util";
import { prettifyError, ZodError } from "zod";
import { type CollaborationRules, startTenant } from "./index.ts";
import { type RehearsalChanges, rehearsal } from "./store/rehearsal.ts";

const help = `Runs the local tenant: an Entra and Microsoft Graph stand-in on https://127.0.0.1, in the foreground.

  npx @guests-as-code/tenant [options]      (in the repository: node tenant/main.ts)

  --port N                port on 127.0.0.1 (default 8443, or the variable TENANT_PORT; 0 takes a free one)
  --smtp-port N           port for mail (or the variable TENANT_SMTP_PORT; default 1025, or a free one where that is taken)
  --inbox-port N          port of the inbox page (or TENANT_INBOX_PORT; default 1080, or a free one where that is taken)
  --data DIR              where it keeps everything (default .local/tenant)
  --replication-lag SEC   seconds until reads see a write (default 0)
  --token-lifetime SEC    seconds an access token is good for (default 3599)
  --throttling            apply the published limits of Graph and of Exchange Online
  --allow-domain DOMAIN   only invite guests of this domain (may be given several times)
  --deny-domain DOMAIN    invite no guest of this domain (may be given several times)
  --link-days DAYS        for how long an unused invitation link is good (default 90, or as --rehearsal or seed.yaml say)
  --seed-guests N         let a new data folder begin with N guests of nine domains, as if they had come over the years
  --rehearsal JSON        what the real service may do as well, such as '{"messagesPerMinute": 30}'; see tenant/README.md
  --help                  this text

What a client needs in its environment is in DIR/environment.json, the token for /_tenant/ in DIR/control-token.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: process.env.TENANT_PORT ?? "8443" },
      "smtp-port": { type: "string", default: process.env.TENANT_SMTP_PORT },
      "inbox-port": { type: "string", default: process.env.TENANT_INBOX_PORT },
      data: { type: "string", default: ".local/tenant" },
      "replication-lag": { type: "string", default: "0" },
      "token-lifetime": { type: "string", default: "3599" },
      throttling: { type: "boolean", default: false },
      "allow-domain": { type: "string", multiple: true },
      "deny-domain": { type: "string", multiple: true },
      "link-days": { type: "string" },
      "seed-guests": { type: "string", default: "0" },
      rehearsal: { type: "string", default: "{}" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);

  const collaboration: CollaborationRules = {
    ...(values["allow-domain"] && { allowedDomains: values["allow-domain"] }),
    ...(values["deny-domain"] && { deniedDomains: values["deny-domain"] }),
  };
  const tenant = await startTenant({
    port: number("--port (or TENANT_PORT)", values.port, 0, 65_535),
    dataDir: values.data,
    replicationLagSeconds: number("--replication-lag", values["replication-lag"], 0, 3600),
    tokenLifetimeSeconds: number("--token-lifetime", values["token-lifetime"], 1, 86_400),
    throttling: values.throttling,
    mail: {
      smtpPort: optionalPort("--smtp-port (or TENANT_SMTP_PORT)", values["smtp-port"]),
      inboxPort: optionalPort("--inbox-port (or TENANT_INBOX_PORT)", values["inbox-port"]),
    },
    collaboration,
    seedGuests: number("--seed-guests", values["seed-guests"], 0, 20_000),
    rehearsal: {
      ...choices(values.rehearsal),
      ...(values["link-days"] !== undefined && { linkDays: number("--link-days", values["link-days"], 0, 36_500) }),
    },
  });
  const stop = async () => {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await tenant.close();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  console.log(`Inbox: ${tenant.links.inbox}\nDirectory: ${tenant.links.directory}\nMy Apps: ${tenant.links.myApps}`);
  // Last: whoever waits for this line may stop the tenant as soon as it is there.
  console.log(`The local tenant is ready at ${tenant.url}`);
}

/** What a rehearsal chooses. @throws where it is none */
function choices(json: string): RehearsalChanges {
  try {
    const chosen = JSON.parse(json) as RehearsalChanges;
    // Only checked: what is not named is the seed's, and parsing would fill it in.
    rehearsal.parse(chosen);
    return chosen;
  } catch (error) {
    const reason = error instanceof ZodError ? prettifyError(error) : (error as Error).message;
    throw new Error(`--rehearsal takes a JSON object of choices: ${reason}`);
  }
}

/** A port. `undefined`: the usual one, or a free one where that is taken. */
function optionalPort(option: string, text: string | undefined): number | undefined {
  return text ? number(option, text, 0, 65_535) : undefined;
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new Error(`${option} takes a number from ${least} to ${most}, not '${text}'.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
