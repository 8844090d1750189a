import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import PostalMime, { type Address as ParsedAddress } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** Where the inbox listens on 127.0.0.1. */
export interface InboxOptions {
  /** The port for SMTP; 0 takes a free one. Default: 1025, or a free one where that is taken. */
  smtpPort?: number | undefined;
  /** The port of the web page; 0 takes a free one. Default: 1080, or a free one where that is taken. */
  inboxPort?: number | undefined;
}

/** An address as a header names it. */
export interface MailAddress {
  name: string;
  address: string;
}

/** A mail as the inbox has taken and parsed it. */
export interface CaughtMail {
  id: string;
  receivedAt: Date;
  /** Everybody to whom it was delivered, those in blind copy included. */
  recipients: string[];
  subject: string;
  from: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  /** By name in lower case; of several headers with one name the last. */
  headers: Record<string, string>;
  text: string;
  /** Absent: the mail is text only. */
  html?: string;
}

/** An SMTP server that takes every mail to anybody, keeps it, and passes none on. */
export interface Inbox {
  smtpPort: number;
  /** The oldest first. */
  mails(): CaughtMail[];
  find(id: string): CaughtMail | undefined;
  /** The mail as it came, with all its headers. */
  source(mail: CaughtMail): string;
  /** Calls `listener` after each change, until the function that it answers is called. */
  onChange(listener: () => void): () => void;
  /** Removes the mails with these Message-IDs. */
  forget(messageIds: ReadonlySet<string>): void;
  close(): Promise<void>;
}

/** How many mails are kept, on disk and in memory. */
const mostMails = 2000;
/** As much as Exchange Online takes of a mail with its attachments. */
const longestMail = 35 * 1024 * 1024;

/**
 * Starts the inbox on the loopback interface. Its mail survives a restart: it lies in the folder `mail` of the data folder.
 *
 * @throws where a port that was asked for is taken
 */
export async function openInbox(dataDir: string, options: InboxOptions): Promise<Inbox> {
  const folder = join(dataDir, "mail");
  // For its owner alone: it holds redeem links and codes.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = await readFolder(folder);
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const drop = (mail: CaughtMail) => {
    kept.delete(mail.id);
    rmSync(join(folder, mail.id), { force: true });
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: longestMail,
    rejectOversized: true,
    closeTimeout: 1000,
    onData(stream, session, done) {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      take(folder, stream, recipients)
        .then((mail) => {
          kept.set(mail.id, mail);
          const [oldest] = kept.values();
          if (kept.size > mostMails && oldest) drop(oldest);
          done();
          changed();
        })
        .catch(done);
    },
  });
  // A client that breaks off is no failure of the inbox.
  server.on("error", () => {});
  const smtpPort = await listenOn(server.server, "mail (SMTP)", {
    wanted: options.smtpPort,
    usual: 1025,
    setting: "TENANT_SMTP_PORT or --smtp-port",
  });
  return {
    smtpPort,
    mails: () => [...kept.values()],
    find: (id) => kept.get(id),
    source: ({ id }) => parted(readFileSync(join(folder, id))).source.toString(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forget(messageIds) {
      const theirs = [...kept.values()].filter(({ headers }) => messageIds.has(headers["message-id"] ?? ""));
      for (const mail of theirs) drop(mail);
      if (theirs.length > 0) changed();
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Takes one mail. It is on the disk before the sender hears that it was taken. */
async function take(folder: string, stream: AsyncIterable<Buffer>, recipients: readonly string[]): Promise<CaughtMail> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  const receivedAt = new Date();
  // Sorts by time, also within a millisecond.
  const id = `${receivedAt.getTime()}-${String(++taken).padStart(6, "0")}-${randomBytes(4).toString("hex")}.eml`;
  const file = Buffer.concat([envelope(recipients, receivedAt), ...pieces]);
  writeFileSync(join(folder, `${id}.new`), file, { mode: 0o600 });
  renameSync(join(folder, `${id}.new`), join(folder, id));
  return parse(id, file, receivedAt);
}
let taken = 0;

/** Two headers before the mail's own, as a mail server adds them: who it was delivered to, and when. */
function envelope(recipients: readonly string[], at: Date): Buffer {
  return Buffer.from(`Delivered-To: ${recipients.join("\t")}\r\nDelivery-Date: ${at.toISOString()}\r\n`);
}

/** Takes a file apart. One that an earlier version kept has no envelope. */
function parted(file: Buffer): { recipients?: string[]; receivedAt?: Date; source: Buffer } {
  const [head, recipients = "", at = ""] =
    /^Delivered-To: (.*)\r\nDelivery-Date: (.*)\r\n/.exec(file.subarray(0, 64 * 1024).toString("latin1")) ?? [];
  if (head === undefined) return { source: file };
  const names = Buffer.from(recipients, "latin1").toString();
  return { recipients: names.split("\t"), receivedAt: new Date(at), source: file.subarray(head.length) };
}

async function parse(id: string, file: Buffer, modifiedAt: Date): Promise<CaughtMail> {
  const { recipients, receivedAt = modifiedAt, source } = parted(file);
  const mail = await PostalMime.parse(source);
  const to = addresses(mail.to);
  const cc = addresses(mail.cc);
  return {
    id,
    receivedAt,
    recipients: recipients ?? [...to, ...cc].map(({ address }) => address),
    subject: mail.subject ?? "",
    from: addresses(mail.from && [mail.from]),
    to,
    cc,
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    text: mail.text ?? "",
    ...(mail.html !== undefined && { html: mail.html }),
  };
}

/** A group in a header stands for its members. */
function addresses(parsed: readonly ParsedAddress[] = []): MailAddress[] {
  return parsed.flatMap((one) =>
    one.group ? addresses(one.group) : [{ name: one.name ?? "", address: one.address ?? "" }],
  );
}

/** What lies in the folder, the oldest first. */
async function readFolder(folder: string): Promise<Map<string, CaughtMail>> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  const mails = await Promise.all(
    names.map((name) => parse(name, readFileSync(join(folder, name)), statSync(join(folder, name)).mtime)),
  );
  mails.sort((one, other) => +one.receivedAt - +other.receivedAt || (one.id < other.id ? -1 : 1));
  return new Map(mails.map((mail) => [mail.id, mail]));
}

/**
 * Listens on 127.0.0.1: on the port that was asked for, or else on the usual one, or on a free one where that is taken.
 *
 * @param server a server that listens nowhere yet
 * @returns the port
 * @throws where a port that was asked for is taken, in words for the person who started the tenant
 */
export async function listenOn(
  server: Server,
  purpose: string,
  { wanted, usual, setting }: { wanted: number | undefined; usual: number; setting: string },
): Promise<number> {
  const host = "127.0.0.1";
  const port = wanted ?? usual;
  try {
    const listening = once(server, "listening");
    server.listen(port, host);
    await listening;
  } catch (error) {
    if (wanted === undefined && port !== 0) return listenOn(server, purpose, { wanted: 0, usual, setting });
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === "EADDRINUSE" ? "another program uses that port" : message;
    throw new Error(
      `The local tenant cannot listen on ${host}:${port} for ${purpose}: ${problem}. Choose another port with ${setting} (0 takes a free one).`,
    );
  }
  return (server.address() as AddressInfo).port;
}
