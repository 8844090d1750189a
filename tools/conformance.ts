/**
 * `npm run conformance -- --guest ADDRESS`: asks a tenant what Microsoft's pages leave open, and whether it does what they
 * say. Invites one address of your own, cleans up after itself, and writes a report to attach to an issue.
 *
 * Signs in like the provider (`ARM_*` variables, or `az login`). Needs User.Invite.All, User.ReadWrite.All and
 * User.DeleteRestore.All.
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { request } from "undici";
import { z } from "zod";
import { addressProblem } from "../model/email-address.ts";
import { machineClock } from "../provider/deadline.ts";
import { readConfiguration } from "../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../provider/microsoft/sign-in-session.ts";

/** What a tenant answered. */
interface Answer {
  status: number;
  /** Graph's error code; empty for success. */
  code: string;
  message: string;
  body: Record<string, unknown>;
}

/** One thing that is found out. */
interface Check {
  /** What is asked, as a sentence. */
  question: string;
  /** Where the expectation comes from; `undefined` where nothing settles it. */
  source?: string;
  /** Finds out. `asExpected` is left out where nothing is expected. */
  find(): Promise<{ observed: string; asExpected?: boolean }>;
}

interface Finding {
  question: string;
  source: string | undefined;
  observed: string;
  verdict: "as documented" | "differs" | "answer";
}

const usage = `npm run conformance -- --guest ADDRESS [options]

Asks the tenant that ARM_* (or az login) signs in to what Microsoft's documentation leaves open.

  --guest ADDRESS         an address of your own, outside the tenant: it is invited twice, by two mails at most
  --denied-domain DOMAIN  a domain that the tenant's collaboration settings deny
  --report FILE           where to write the report (default: conformance.md)
  --yes                   do not ask before the first invitation
  --help                  show this

Ends with 0 when everything documented is so, with 1 when something differs or could not be asked, with 2 on a wrong
command line.`;

const redirectUrl = "https://myapps.microsoft.com";
const personalMessage = "A conformance run of guests as code. You can delete this mail.";

/** Speaks to one tenant, and remembers which guests it made. */
class Probe {
  readonly #session: Session;
  /** Object ids of the guests that this run made. */
  readonly made = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  async ask(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    const deadline = { at: Date.now() + 60_000, signal: AbortSignal.timeout(60_000), clock: machineClock };
    const { graph } = await this.#session.cloud(deadline);
    const token = await this.#session.token(deadline);
    const response = await request(`${graph}/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    const parsed = errorBody.safeParse(parsedJson(text));
    const { code = "", message = "" } = parsed.data?.error ?? {};
    return { status: response.statusCode, code, message, body: (parsedJson(text) ?? {}) as Answer["body"] };
  }

  /** Invites somebody, and remembers them. */
  async invite(address: string, more: Record<string, unknown> = {}): Promise<Answer & { userId: string | undefined }> {
    const body = {
      invitedUserEmailAddress: address,
      inviteRedirectUrl: redirectUrl,
      sendInvitationMessage: false,
      ...more,
    };
    const answer = await this.ask("POST", "/invitations", body);
    const userId = invitationBody.safeParse(answer.body).data?.invitedUser.id;
    if (userId !== undefined) this.made.add(userId);
    return { ...answer, userId };
  }

  /** The seconds until a read shows a user. */
  async secondsUntil(path: string, isDone: (answer: Answer) => boolean): Promise<number | undefined> {
    const begun = Date.now();
    while (Date.now() - begun < longestLag) {
      if (isDone(await this.ask("GET", path))) return Math.round((Date.now() - begun) / 100) / 10;
      await pause(500);
    }
    return undefined;
  }

  /** Deletes and purges whom this run made. Returns those who are left. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const id of this.made) {
      await this.ask("DELETE", `/users/${id}`);
      await this.secondsUntil(`/directory/deletedItems/${id}`, ({ status }) => status === 200);
      const purged = await this.ask("DELETE", `/directory/deletedItems/${id}`);
      if (purged.status !== 204 && purged.status !== 404) left.push(id);
    }
    return left;
  }
}

/** Directories lag by seconds, now and then by a minute; in milliseconds. */
const longestLag = 90_000;

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string().default("") }) });
const invitationBody = z.object({ invitedUser: z.object({ id: z.string() }) });

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Everything that a machine can find out, in the order in which it is asked. */
function checks(probe: Probe, guest: string, deniedDomain: string | undefined): Check[] {
  let userId = "";
  const told = ({ status, code, message }: Answer) => [status, code, message.slice(0, 160)].filter(Boolean).join(" ");
  const expectStatus = (answer: Answer, status: number) => ({
    observed: told(answer),
    asExpected: answer.status === status,
  });
  const list: Check[] = [
    {
      question: "Does an invitation answer 201 with the guest's object id?",
      source: "page “Create invitation”",
      async find() {
        const info = { customizedMessageBody: personalMessage };
        const answer = await probe.invite(guest, { sendInvitationMessage: true, invitedUserMessageInfo: info });
        userId = answer.userId ?? "";
        if (userId === "") throw new Error(`The invitation was refused, so nothing else can be asked: ${told(answer)}`);
        return expectStatus(answer, 201);
      },
    },
    {
      question: "How long until a read shows the new guest?",
      async find() {
        const seconds = await probe.secondsUntil(`/users/${userId}`, ({ status }) => status === 200);
        return { observed: seconds === undefined ? `not within ${longestLag / 1000} s` : `${seconds} s` };
      },
    },
    {
      question: "Does a PATCH of the new guest answer 204 at once, or 404 for a while?",
      async find() {
        const answer = await probe.ask("PATCH", `/users/${userId}`, { department: "Conformance" });
        return { observed: told(answer) };
      },
    },
    {
      question: "Is an unknown property of a user refused with 400?",
      source: "Graph error pages",
      find: async () => expectStatus(await probe.ask("PATCH", `/users/${userId}`, { nonsense: 1 }), 400),
    },
    {
      question: "Is an unknown property in $select refused with 400?",
      source: "Graph error pages",
      find: async () => expectStatus(await probe.ask("GET", `/users/${userId}?$select=id,nonsense`), 400),
    },
    {
      question: "Is the usage location UK refused with 400?",
      source: "page “user resource type”: two letters of ISO 3166",
      find: async () => expectStatus(await probe.ask("PATCH", `/users/${userId}`, { usageLocation: "UK" }), 400),
    },
    {
      question: "Is a plus sign in the address refused with 400?",
      source: "page “invitation resource type”",
      find: async () => expectStatus(await probe.invite("plus+sign@fabrikam.example"), 400),
    },
    {
      question: "Does a second invitation of a pending guest answer 201 with the same object id?",
      source: "page “Create invitation”",
      async find() {
        const answer = await probe.invite(guest, { sendInvitationMessage: true });
        return { observed: told(answer), asExpected: answer.status === 201 && answer.userId === userId };
      },
    },
    {
      question: "Is @odata.type accepted inside invitedUserSponsors?",
      async find() {
        const sponsors = [{ "@odata.type": "#microsoft.graph.user", id: userId }];
        return { observed: told(await probe.invite(guest, { invitedUserSponsors: sponsors })) };
      },
    },
    ...["smtp", "SMTP"].map(
      (prefix): Check => ({
        question: `Does proxyAddresses/any(p:p eq '${prefix}:ADDRESS') find the guest?`,
        async find() {
          const filter = encodeURIComponent(`proxyAddresses/any(p:p eq '${prefix}:${guest}')`);
          const answer = await probe.ask("GET", `/users?$select=id&$filter=${filter}`);
          const found = z.array(z.unknown()).safeParse(answer.body.value).data?.length ?? 0;
          return { observed: `${told(answer)}, ${found} found` };
        },
      }),
    ),
    {
      question: "How long may customizedMessageBody be, in characters?",
      async find() {
        let taken = 0;
        for (const length of [1_000, 5_000, 10_000, 50_000, 200_000]) {
          const answer = await probe.invite(guest, {
            invitedUserMessageInfo: { customizedMessageBody: "x".repeat(length) },
          });
          if (answer.status !== 201) return { observed: `${taken} taken, ${length} refused: ${told(answer)}` };
          taken = length;
        }
        return { observed: `${taken} taken` };
      },
    },
    ...["test@bücher.example", "test@xn--bcher-kva.example", "josé@fabrikam.example"].map(
      (address): Check => ({
        question: `Is ${address} taken as a guest's address (no mail is sent)?`,
        find: async () => ({ observed: told(await probe.invite(address)) }),
      }),
    ),
    {
      question: "Does a deleted guest lie in the recycle bin, and come back with the same object id?",
      source: "page “Restore deleted item”",
      async find() {
        await probe.ask("DELETE", `/users/${userId}`);
        await probe.secondsUntil(`/directory/deletedItems/${userId}`, ({ status }) => status === 200);
        const restored = await probe.ask("POST", `/directory/deletedItems/${userId}/restore`);
        return { observed: told(restored), asExpected: restored.status === 200 && restored.body.id === userId };
      },
    },
    {
      question: "What does an invitation of somebody in the recycle bin answer?",
      async find() {
        await probe.secondsUntil(`/users/${userId}`, ({ status }) => status === 200);
        await probe.ask("DELETE", `/users/${userId}`);
        await probe.secondsUntil(`/directory/deletedItems/${userId}`, ({ status }) => status === 200);
        const answer = await probe.invite(guest);
        const who =
          answer.userId === undefined ? "" : answer.userId === userId ? ", the same object id" : ", a new object id";
        return { observed: `${told(answer)}${who}` };
      },
    },
  ];
  if (deniedDomain === undefined) return list;
  const question = `What does an invitation to the denied domain ${deniedDomain} answer?`;
  return [
    ...list,
    { question, find: async () => ({ observed: told(await probe.invite(`somebody@${deniedDomain}`)) }) },
  ];
}

/** What only the person who owns the mailbox can see. */
const questionsForPeople = [
  "How many invitation mails arrived at the address? (0, 1 or 2)",
  "Did the first mail hold the personal message? (yes or no)",
  "Open the link of the first mail: does it still lead to the invitation? (yes or no)",
];

function report(findings: readonly Finding[], left: readonly string[], cloud: string): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = findings.map(
    ({ question, source = "not settled", observed, verdict }) =>
      `| ${cell(question)} | ${cell(source)} | ${cell(observed)} | ${verdict} |`,
  );
  return `# Conformance run, ${new Date().toISOString().slice(0, 10)}

Cloud: ${cloud}. The report names no tenant, no guest and no link; read it once more before you attach it to an issue.

| question | source | observed | verdict |
|---|---|---|---|
${rows.join("\n")}
${left.length === 0 ? "\nEverybody whom the run made was deleted and purged.\n" : `\n**Left behind:** ${left.join(", ")}\n`}`;
}

async function main(): Promise<number> {
  const options = {
    guest: "string",
    "denied-domain": "string",
    report: "string",
    yes: "boolean",
    help: "boolean",
  } as const;
  const { values } = parseArgs({
    options: Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }])) as {
      [Name in keyof typeof options]: { type: (typeof options)[Name] };
    },
  });
  if (values.help) return say(usage, 0);
  const { guest, report: file = "conformance.md" } = values;
  const wrong = guest === undefined ? "--guest is missing: name an address of your own" : addressProblem(guest);
  if (guest === undefined || wrong !== undefined) return say(`${wrong}\n\n${usage}`, 2);

  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answers = lines[Symbol.asyncIterator]();
    const ask = async (question: string) => {
      process.stdout.write(`${question} `);
      return String((await answers.next()).value ?? "").trim();
    };
    console.log(
      `This invites ${guest} (two mails at most) and three made-up addresses (no mail), and deletes them again.`,
    );
    if (!values.yes && !/^y(es)?$/i.test(await ask("Go on? (yes or no)"))) return say("Nothing was sent.", 1);

    const session = new Session(readConfiguration({}, process.env));
    const probe = new Probe(session);
    const filter = encodeURIComponent(`mail eq '${guest.replaceAll("'", "''")}'`);
    const { status, body } = await probe.ask("GET", `/users?$select=id&$filter=${filter}`);
    if (status !== 200)
      return say(`The tenant did not let its users be read (${status}): grant User.ReadWrite.All.`, 1);
    if ((body.value as unknown[]).length > 0) return say(`${guest} is in the tenant already. Name another address.`, 1);

    const findings: Finding[] = [];
    let failure: unknown;
    try {
      for (const check of checks(probe, guest, values["denied-domain"])) {
        const { observed, asExpected } = await check.find();
        const verdict = asExpected === undefined ? "answer" : asExpected ? "as documented" : "differs";
        findings.push({
          question: check.question,
          source: check.source,
          observed: anonymous(observed, guest),
          verdict,
        });
        console.log(`${verdict.padEnd(13)}  ${check.question}\n${" ".repeat(15)}${observed}`);
      }
      for (const question of questionsForPeople) {
        const observed = (await ask(question)) || "not answered";
        findings.push({ question, source: undefined, observed, verdict: "answer" });
      }
    } catch (error) {
      failure = error;
    }
    const left = await probe.cleanUp();
    const deadline = { at: Date.now() + 60_000, signal: AbortSignal.timeout(60_000), clock: machineClock };
    writeFileSync(file, report(findings, left, new URL((await session.cloud(deadline)).graph).host));
    console.log(`The report is in ${file}.`);
    if (failure !== undefined) return say(`Stopped: ${(failure as Error).message}`, 1);
    if (left.length > 0) return say(`Could not purge ${left.join(", ")}: delete them in the portal.`, 1);
    const differing = findings.filter(({ verdict }) => verdict === "differs").length;
    return say(
      differing === 0 ? "Everything documented is so." : `${differing} answers differ from the documentation.`,
      differing === 0 ? 0 : 1,
    );
  } finally {
    lines.close();
  }
}

/** Without the address, and without ids that would name the tenant's objects. */
function anonymous(text: string, guest: string): string {
  return text.replaceAll(guest, "the guest").replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "(id)");
}

function say(text: string, status: number): number {
  (status === 0 ? console.log : console.error)(text);
  return status;
}

process.exitCode = await main().catch((error: Error) => say(error.message, 2));
