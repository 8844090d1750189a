import type * as graph from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import type { Database, Listed } from "./database.ts";
import type { DescribedType, ObjectOf, Property } from "./described-types.ts";

/*
 * The mailboxes of the tenant, as much of them as sending mail takes.
 *
 * Sources: Microsoft's reference pages "message resource type", "Create singleValueLegacyExtendedProperty" and its sister
 * "Get", "Delete message", "List messages", and "Obtain immutable identifiers for Outlook resources".
 */

/** An address with the name beside it. */
const recipient = z.strictObject({
  emailAddress: z.strictObject({ name: z.string().nullish(), address: z.string().min(1) }),
});
type Recipient = z.output<typeof recipient>;

const recipients = { type: "objects", writable: true, shape: recipient } as const;
const sender = { type: "object", writable: true, shape: recipient } as const;

/** `String {GUID} Name NAME`, or `Id` with a number: the only spellings of a named property that are kept here. */
const extendedProperty = z.strictObject({
  id: z.string().regex(/^String \{[\da-f-]{36}\} (Name .+|Id 0x[\da-f]+)$/i),
  value: z.string(),
});

const messageProperties = {
  id: { type: "string", required: true },
  createdDateTime: { type: "dateTime", required: true, filter: ["ge", "le"] },
  lastModifiedDateTime: { type: "dateTime", required: true, filter: ["ge", "le"] },
  receivedDateTime: { type: "dateTime", required: true, filter: ["ge", "le"] },
  sentDateTime: { type: "dateTime", required: true, filter: ["ge", "le"] },
  subject: { type: "string", writable: true, longest: 255, filter: ["eq", "startswith"] },
  bodyPreview: { type: "string", required: true },
  body: {
    type: "object",
    writable: true,
    shape: z.strictObject({
      contentType: z
        .string()
        .toLowerCase()
        .pipe(z.enum(["text", "html"]))
        .default("text"),
      content: z.string(),
    }),
  },
  importance: { type: "string", writable: true, oneOf: ["low", "normal", "high"] },
  isDraft: { type: "boolean", required: true, filter: ["eq"] },
  isRead: { type: "boolean", required: true, initial: true, writable: true, filter: ["eq"] },
  hasAttachments: { type: "boolean", required: true, initial: false },
  parentFolderId: { type: "string", required: true, filter: ["eq"] },
  internetMessageId: { type: "string", required: true, filter: ["eq"] },
  from: sender,
  sender,
  toRecipients: recipients,
  ccRecipients: recipients,
  bccRecipients: recipients,
  replyTo: recipients,
  singleValueExtendedProperties: {
    type: "objects",
    writable: true,
    navigation: true,
    shape: extendedProperty,
    // Letter case counts in the name and not in the value.
    elements: { id: { type: "string", exact: true, filter: ["eq"] }, value: { type: "string", filter: ["eq"] } },
  },
} as const satisfies Readonly<Partial<Record<keyof graph.Message, Property>>>;

export const messageType = {
  name: "Message",
  odataName: "message",
  set: "messages",
  pages: { usual: 10, longest: 1000 },
  properties: messageProperties,
} as const satisfies DescribedType;

/** The folders that every mailbox has, by the names that Graph takes in a path. */
export const mailFolders = {
  drafts: "Drafts",
  sentitems: "Sent Items",
  deleteditems: "Deleted Items",
} as const;
export type MailFolder = keyof typeof mailFolders;

export const mailFolderType = {
  name: "MailFolder",
  odataName: "mailFolder",
  set: "mailFolders",
  properties: {
    id: { type: "string", required: true },
    displayName: { type: "string", required: true },
    parentFolderId: { type: "string", required: true },
    childFolderCount: { type: "number", required: true },
    unreadItemCount: { type: "number", required: true },
    totalItemCount: { type: "number", required: true },
    isHidden: { type: "boolean", required: true },
  } satisfies Readonly<Partial<Record<keyof graph.MailFolder, Property>>>,
} as const satisfies DescribedType;

/** A message of a mailbox, a draft or sent. */
export type Message = ObjectOf<typeof messageProperties> & {
  /** The id that stays; the property `id` is another one after each move. */
  immutableId: string;
  /** The object id of the mailbox's user. */
  mailbox: string;
  folder: MailFolder;
  body: { contentType: "text" | "html"; content: string };
  from: Recipient;
  sender: Recipient;
  toRecipients: Recipient[];
  ccRecipients: Recipient[];
  bccRecipients: Recipient[];
  replyTo: Recipient[];
  singleValueExtendedProperties: z.output<typeof extendedProperty>[];
};

/**
 * Which users have a mailbox, and what is in it. All of it is held in memory and written through to SQLite. Changes happen
 * inside `Database.write` only.
 */
export class Mailboxes {
  readonly #database: Database;
  readonly #messages = new Map<string, Listed<Message>>();
  #lastPlace = 0;

  constructor(database: Database) {
    this.#database = database;
    for (const row of database.prepare("SELECT sequence, document FROM messages ORDER BY sequence").all()) {
      this.#remember(Number(row.sequence), JSON.parse(String(row.document)) as Message);
    }
  }

  /** Whether a user has a mailbox. */
  has(userId: string): boolean {
    return this.#database.prepare("SELECT 1 FROM mailboxes WHERE user_id = ?").get(userId) !== undefined;
  }

  /** Gives a user a mailbox. */
  open(userId: string): void {
    this.#database.prepare("INSERT INTO mailboxes (user_id) VALUES (?) ON CONFLICT DO NOTHING").run(userId);
  }

  /** The messages of a mailbox, the oldest first. */
  list(mailbox: string): Listed<Message>[] {
    return [...this.#messages.values()].filter(({ object }) => object.mailbox === mailbox);
  }

  /** The message with this id, the one that stays or the one that a move changes. Letter case counts. */
  find(mailbox: string, id: string): Message | undefined {
    const kept = this.#messages.get(id)?.object ?? this.list(mailbox).find(({ object }) => object.id === id)?.object;
    return kept?.mailbox === mailbox ? kept : undefined;
  }

  /** Adds a message, or replaces what is known of it. */
  save(message: Message): void {
    const place = this.#messages.get(message.immutableId)?.place ?? ++this.#lastPlace;
    this.#database
      .prepare(
        "INSERT INTO messages (sequence, id, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document",
      )
      .run(place, message.immutableId, JSON.stringify(message));
    this.#database.afterCommit(() => this.#remember(place, message));
  }

  remove({ immutableId }: Message): void {
    this.#database.prepare("DELETE FROM messages WHERE id = ?").run(immutableId);
    this.#database.afterCommit(() => this.#messages.delete(immutableId));
  }

  #remember(place: number, message: Message): void {
    this.#messages.set(message.immutableId, { place, object: message });
    this.#lastPlace = Math.max(this.#lastPlace, place);
  }
}
