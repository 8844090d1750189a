import type { Message, Organization, User } from "@microsoft/microsoft-graph-types";
import { z } from "zod";
import { guidPattern } from "../../model/property.ts";
import type { Deadline } from "../deadline.ts";
import { type GraphClient, OutcomeUnknown } from "./graph-client.ts";
import { isForbidden, isNotFound } from "./graph-errors.ts";
import { type Costs, mailsOf, type Pace } from "./graph-pace.ts";
import { odataText, selection, untilNextLook, usersWithAddress } from "./graph-users.ts";
import type { Sender } from "./invitation-mail.ts";

/** A mail without its key. */
export type Mail = Pick<Message, "subject" | "body" | "toRecipients" | "ccRecipients">;

/** A mail that the mailbox holds. */
export interface HeldMail {
  id: string;
  /** When it was sent, ISO 8601 in UTC; `undefined` for a draft. */
  sentAt: string | undefined;
}

/**
 * The property that marks each mail with its key. A mail keeps it when it is sent, so that the mailbox tells for every
 * key whether its mail was sent, is a draft, or was never written (Graph, "Get singleValueLegacyExtendedProperty").
 */
const keyProperty = "String {5b1a9e0c-7c0f-4d57-9f0e-2f6f2d1f6a41} Name GuestInvitation";

/** Exchange Online's limits of one mailbox: messages a minute, and requests of one application at a time. */
const mailsEachMinute = 30;
const requestsAtOnce = 4;

const heldMail = z.object({
  id: z.string().min(1),
  isDraft: z.boolean(),
  sentDateTime: z.string().nullish(),
  createdDateTime: z.string().nullish(),
} satisfies Partial<Record<keyof Message, z.ZodType>>);

/** One mailbox of the tenant, as the provider uses it. */
export class Mailbox {
  /** The address that guests see. */
  readonly address: string;
  readonly sender: Sender;
  readonly #graph: GraphClient;
  readonly #path: string;
  readonly #pace: MailboxPace;
  #keepsDrafts: boolean;
  #expected = 0;
  #mailed = 0;

  constructor(graph: GraphClient, user: { id: string; address: string }, sender: Sender, keepsDrafts: boolean) {
    this.#graph = graph;
    this.#path = `/users/${encodeURIComponent(user.id)}`;
    this.#pace = new MailboxPace(graph.pace, user.id);
    this.address = user.address;
    this.sender = sender;
    this.#keepsDrafts = keepsDrafts;
  }

  /** False where the application may only send: nobody can then tell whether a mail went out. */
  get keepsDrafts(): boolean {
    return this.#keepsDrafts;
  }

  /** So many more mails are to be sent in this run. */
  expect(mails: number): void {
    this.#expected += mails;
  }

  /**
   * The mail with a key, sent or not. Where a lost answer has left several drafts, all runs see the same one first.
   *
   * @returns `undefined` where the mailbox holds none
   */
  async find(key: string, deadline: Deadline): Promise<HeldMail | undefined> {
    if (!this.#keepsDrafts) return undefined;
    const filter = `singleValueExtendedProperties/any(ep: ep/id eq ${odataText(keyProperty)} and ep/value eq ${odataText(key)})`;
    const select = selection<Message>(["id", "isDraft", "sentDateTime", "createdDateTime"]);
    const path = `${this.#path}/messages?$filter=${encodeURIComponent(filter)}&${select}`;
    const page = await this.#pace.request(() =>
      this.#graph.read(path, z.object({ value: z.array(heldMail) }), deadline),
    );
    const order = ({ isDraft, createdDateTime }: z.infer<typeof heldMail>) => `${isDraft} ${createdDateTime}`;
    const [first] = page.value.sort((one, other) => order(one).localeCompare(order(other)));
    if (first === undefined) return undefined;
    const sentAt = first.isDraft ? undefined : (first.sentDateTime ?? first.createdDateTime ?? undefined);
    return { id: first.id, sentAt: first.isDraft ? undefined : (sentAt ?? new Date().toISOString()) };
  }

  /**
   * Looks for the mail with a key until `isSure`, or until all that was written before `settled` shows.
   *
   * @param settled in milliseconds since 1970
   */
  async findUntil(
    key: string,
    settled: number,
    isSure: (found: HeldMail | undefined) => boolean,
    deadline: Deadline,
  ): Promise<HeldMail | undefined> {
    for (let look = 1; ; look++) {
      const left = settled - deadline.clock.now();
      const found = await this.find(key, deadline);
      if (isSure(found) || left <= 0) return found;
      await deadline.clock.wait(Math.min(left, untilNextLook(look, deadline)), deadline.signal);
    }
  }

  /**
   * Writes a draft that bears the key, one in spite of lost answers.
   *
   * It is JSON with an HTML body: a MIME draft could bring its own text part, but takes no extended property in the same
   * request ("Send messages with MIME content"), and a kill between the two would leave a mail without its key. Exchange
   * adds the text part when it sends the mail.
   *
   * @param timeToTell how long the mailbox may not show what was just written, in milliseconds
   * @returns `undefined` where the application may send only
   */
  async draft(mail: Mail, key: string, timeToTell: number, deadline: Deadline): Promise<HeldMail | undefined> {
    const body = keyed(mail, key);
    while (this.#keepsDrafts) {
      const write = () =>
        this.#graph.write(
          { method: "POST", path: `${this.#path}/messages`, body, repeatable: false, done: 201 },
          deadline,
        );
      try {
        const { body: written } = await this.#pace.request(write);
        const answer = heldMail.pick({ id: true }).safeParse(written);
        if (answer.success) return { id: answer.data.id, sentAt: undefined };
      } catch (error) {
        if (isForbidden(error)) this.#keepsDrafts = false;
        else if (!(error instanceof OutcomeUnknown)) throw error;
      }
      const settled = deadline.clock.now() + timeToTell;
      const found = await this.findUntil(key, settled, (one) => one !== undefined, deadline);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Sends a draft. Where the answer is lost, the mailbox is asked whether it still is one.
   *
   * @returns when it was sent, ISO 8601 in UTC
   */
  async send(id: string, key: string, timeToTell: number, deadline: Deadline): Promise<string> {
    const path = `${this.#path}/messages/${encodeURIComponent(id)}/send`;
    for (;;) {
      const sentAt = await this.#sent({ path }, deadline).catch((error) => {
        if (error instanceof OutcomeUnknown || isNotFound(error)) return undefined;
        throw error;
      });
      if (sentAt !== undefined) return sentAt;
      const settled = deadline.clock.now() + timeToTell;
      const found = await this.findUntil(key, settled, (one) => one?.sentAt !== undefined, deadline);
      if (found?.sentAt !== undefined) return found.sentAt;
      if (found === undefined) throw new Error(`the draft is gone from ${this.address}, and was not sent`);
    }
  }

  /**
   * Sends a mail that is no draft first: of a lost answer, the application cannot tell what became of it. The copy in the
   * sent items bears the key, for a run that may read.
   */
  async sendBlindly(mail: Mail, key: string, deadline: Deadline): Promise<string> {
    const message = keyed(mail, key);
    return this.#sent({ path: `${this.#path}/sendMail`, body: { message, saveToSentItems: true } }, deadline);
  }

  async #sent(write: { path: string; body?: unknown }, deadline: Deadline): Promise<string> {
    await this.#pace.turn(deadline);
    const send = () => this.#graph.write({ method: "POST", ...write, repeatable: false, done: 202 }, deadline);
    const { date } = await this.#pace.request(send);
    this.#mailed += 1;
    return (date ?? new Date(deadline.clock.now())).toISOString();
  }

  /** Says, once a minute's mails are out, how many are left; `undefined` at other times. */
  progress(): string | undefined {
    const all = Math.max(this.#expected, this.#mailed + this.#pace.waiting);
    const left = all - this.#mailed;
    if (this.#mailed % mailsEachMinute !== 0 || left === 0) return undefined;
    const minutes = Math.max(1, Math.round(left / mailsEachMinute));
    return `${this.#mailed} of ${all} mailed, ${minutes === 1 ? "1 minute" : `${minutes} minutes`} left.`;
  }
}

function keyed(mail: Mail, key: string): Message {
  return { ...mail, singleValueExtendedProperties: [{ id: keyProperty, value: key }] };
}

/** Keeps a mailbox's limits. Its mails leave in turn, and no more than four requests are on their way. */
class MailboxPace {
  readonly #pace: Pace;
  readonly #mail: Costs;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  waiting = 0;

  constructor(pace: Pace, mailbox: string) {
    this.#pace = pace;
    this.#mail = mailsOf(mailbox);
  }

  /** Waits until another mail may leave. Throws where that would be after the deadline. */
  async turn(deadline: Deadline): Promise<void> {
    this.waiting += 1;
    try {
      await this.#pace.turn(this.#mail, deadline);
    } finally {
      this.waiting -= 1;
    }
  }

  async request<Result>(send: () => Promise<Result>): Promise<Result> {
    if (this.#running >= requestsAtOnce) await new Promise<void>((go) => this.#queue.push(go));
    else this.#running += 1;
    try {
      return await send();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The mailboxes of a run: each is looked at once, before anybody is invited. */
export class Mailboxes {
  readonly #graph: GraphClient;
  readonly #warn: (message: string, urn: string) => void;
  readonly #open = new Map<string, Promise<Mailbox>>();
  #sender: Promise<Sender | undefined> | undefined;

  /** @param warn tells the person who runs Pulumi */
  constructor(graph: GraphClient, warn: (message: string, urn: string) => void) {
    this.#graph = graph;
    this.#warn = warn;
  }

  /**
   * Finds a mailbox, and what the application may do with it.
   *
   * @param name its address or its object id
   * @param urn the resource that asks, for a warning
   * @throws Error where there is no such mailbox, or the application may not send from it
   */
  open(name: string, urn: string, deadline: Deadline): Promise<Mailbox> {
    const key = name.toLowerCase();
    const open = this.#open.get(key) ?? this.#find(name, urn, deadline);
    this.#open.set(key, open);
    // What failed may be put right or pass: the next guest asks again.
    open.catch(() => this.#open.delete(key));
    return open;
  }

  async #find(name: string, urn: string, deadline: Deadline): Promise<Mailbox> {
    const user = await this.#user(name, deadline);
    const granted = await this.#graph.grantedPermissions(deadline);
    const keepsDrafts = await this.#mayRead(user, name, deadline);
    const may = (permission: string) => granted.has(permission) || granted.has(`${permission}.Shared`);
    if (!may("Mail.Send") && !(await this.#maySend(user, deadline))) {
      throw new Error(
        `Cannot mail from ${name}: the application needs the Microsoft Graph permission Mail.Send for that mailbox ` +
          `(and Mail.ReadWrite, to mail nobody twice). ${grantIt} Nobody was invited.`,
      );
    }
    if (!keepsDrafts) {
      this.#warn(
        `Mails from ${user.address} are sent with the permission Mail.Send alone: a run that is killed, or an answer that ` +
          "is lost, while a guest is mailed may cost a second mail to that guest. With Mail.ReadWrite as well, each guest " +
          "is mailed exactly once.",
        urn,
      );
    }
    const domain = user.address.split("@").at(-1) ?? user.address;
    const sender = (await this.#organisation(deadline)) ?? { organisation: domain, domain };
    return new Mailbox(this.#graph, user, sender, keepsDrafts);
  }

  /** Mail requests name a mailbox by object id or user principal name only: another address has to be looked up. */
  async #user(name: string, deadline: Deadline): Promise<{ id: string; address: string }> {
    const path = `/users/${encodeURIComponent(name)}?${selection<User>(["id", "mail", "userPrincipalName"])}`;
    try {
      const found = await this.#graph.read(path, mailboxUser, deadline).catch(async (error) => {
        if (!isNotFound(error) || guidPattern.test(name)) throw error;
        const [only, another] = await usersWithAddress(this.#graph, name, deadline);
        if (only === undefined || another !== undefined) throw error;
        return only;
      });
      return { id: found.id, address: found.mail ?? found.userPrincipalName ?? name };
    } catch (error) {
      if (isForbidden(error)) return { id: name, address: name };
      if (isNotFound(error)) throw noSuchMailbox(name);
      throw new Error(`Cannot look for the mailbox ${name}: ${(error as Error).message}. Nobody was invited.`, {
        cause: error,
      });
    }
  }

  /** Whether the application may read the mailbox. Exchange may allow it for one mailbox only: no token says so. */
  #mayRead({ id }: { id: string }, name: string, deadline: Deadline): Promise<boolean> {
    const path = `/users/${encodeURIComponent(id)}/mailFolders/drafts`;
    return this.#graph.read(path, z.unknown(), deadline).then(
      () => true,
      (error) => {
        if (isForbidden(error)) return false;
        if (isNotFound(error)) throw noSuchMailbox(name);
        throw error;
      },
    );
  }

  /** Asks to send a mail to nobody: Graph refuses that in any case, with 403 where the application may not send. */
  #maySend({ id }: { id: string }, deadline: Deadline): Promise<boolean> {
    const message: Message = { subject: "", body: { contentType: "text", content: "" }, toRecipients: [] };
    const path = `/users/${encodeURIComponent(id)}/sendMail`;
    const body = { message, saveToSentItems: false };
    return this.#graph.write({ method: "POST", path, body, repeatable: true, done: 202 }, deadline).then(
      () => true,
      (error) => !isForbidden(error),
    );
  }

  /** The tenant's name and main domain; `undefined` where the application may not read them. */
  #organisation(deadline: Deadline): Promise<Sender | undefined> {
    const path = `/organization?${selection<Organization>(["displayName", "verifiedDomains"])}`;
    this.#sender ??= this.#graph.read(path, organisations, deadline).then(
      ({ value: [organisation] }) => {
        const domains = organisation?.verifiedDomains ?? [];
        const domain = (domains.find(({ isDefault }) => isDefault) ?? domains[0])?.name;
        const name = organisation?.displayName ?? domain;
        return name == null || domain == null ? undefined : { organisation: name, domain };
      },
      (error) => {
        this.#sender = undefined;
        if (isForbidden(error)) return undefined;
        throw error;
      },
    );
    return this.#sender;
  }
}

const grantIt =
  "Grant it in the app registration, with admin consent, or for this mailbox alone in Exchange Online (docs/mail.md).";

function noSuchMailbox(name: string): Error {
  return new Error(
    `Cannot mail from ${name}: the tenant has no such mailbox. Correct mailFrom, or give that user a mailbox. Nobody was invited.`,
  );
}

const mailboxUser = z.object({
  id: z.string().min(1),
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
} satisfies Partial<Record<keyof User, z.ZodType>>);

const organisations = z.object({
  value: z.array(
    z.object({
      displayName: z.string().nullish(),
      verifiedDomains: z.array(z.object({ name: z.string().nullish(), isDefault: z.boolean().nullish() })).nullish(),
    } satisfies Partial<Record<keyof Organization, z.ZodType>>),
  ),
});
