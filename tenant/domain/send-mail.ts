import { randomBytes, randomUUID } from "node:crypto";
import type { WriteOptions } from "../store/database.ts";
import { newObject } from "../store/described-types.ts";
import type { MailboxMail } from "../store/invitation-store.ts";
import { type MailFolder, type Message, messageType } from "../store/mailbox-store.ts";
import type { User } from "../store/object-types.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { Refusal } from "./refusal.ts";

/** What sending mail from a mailbox takes. */
export interface Mailing {
  store: TenantStore;
  /** Called once a mail is recorded on the disk with its message. */
  handOver(): void;
}

/** Properties that POST or PATCH set, read and found good. */
export type MessageChanges = Partial<
  Omit<Message, "id" | "immutableId" | "mailbox" | "folder" | "sentDateTime" | "internetMessageId" | "isDraft">
>;

/**
 * The user whose mailbox a path names.
 *
 * @param name object id, user principal name or mail address
 * @throws Refusal no-such-user or no-mailbox
 */
export function mailboxOwner({ users, mailboxes }: TenantStore, name: string): User {
  const user = users.currentNamed(name) ?? users.currentByAddress(name)[0];
  if (user === undefined) throw new Refusal("no-such-mailbox-user", `The requested user '${name}' is invalid.`);
  if (mailboxes.has(user.id)) return user;
  throw new Refusal("no-mailbox", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.");
}

/** Puts a draft into a mailbox (Graph, "Create message"). */
export function createDraft({ store }: Mailing, owner: User, given: MessageChanges, options: WriteOptions): Message {
  const draft = newMessage(store, owner, given);
  store.database.write(() => store.mailboxes.save(draft), options);
  return draft;
}

/** Changes a draft; of a sent message only what its reader may change (Graph, "Update message"). @throws Refusal */
export function updateMessage(
  { store }: Mailing,
  message: Message,
  changes: MessageChanges,
  options: WriteOptions,
): Message {
  const onlyOfDrafts = Object.keys(changes).find((name) => !changeableWhenSent.includes(name));
  if (!message.isDraft && onlyOfDrafts !== undefined) {
    throw new Refusal("not-a-draft", "The operation can't be performed because the item is not a draft.");
  }
  const changed = withPreview({ ...message, ...changes, lastModifiedDateTime: store.now().toISOString() });
  // A named property that is given again gets the new value; the others stay.
  if (changes.singleValueExtendedProperties) {
    const given = changes.singleValueExtendedProperties;
    const others = message.singleValueExtendedProperties.filter(({ id }) => given.every((one) => one.id !== id));
    changed.singleValueExtendedProperties = [...others, ...given];
  }
  store.database.write(() => store.mailboxes.save(changed), options);
  return changed;
}

const changeableWhenSent = ["isRead", "importance", "singleValueExtendedProperties"];

/** Sends a draft: it lies in Sent Items from then on (Graph, "message: send"). @throws Refusal */
export function sendDraft(mailing: Mailing, message: Message, options: WriteOptions): void {
  if (!message.isDraft) {
    throw new Refusal("not-a-draft", "The operation can't be performed because the item is not a draft.");
  }
  const { store } = mailing;
  assertSendable(message);
  store.database.write(() => {
    store.mailboxes.save({ ...moved(message, "sentitems"), isDraft: false, ...timesOf(store) });
    post(mailing, message);
  }, options);
}

/** Sends a message that no folder has held (Graph, "user: sendMail"). @throws Refusal */
export function sendAtOnce(
  mailing: Mailing,
  owner: User,
  given: MessageChanges,
  { keepCopy, ...options }: WriteOptions & { keepCopy: boolean },
): void {
  const { store } = mailing;
  const message = newMessage(store, owner, given);
  assertSendable(message);
  store.database.write(() => {
    if (keepCopy) store.mailboxes.save({ ...moved(message, "sentitems"), isDraft: false, ...timesOf(store) });
    post(mailing, message);
  }, options);
}

/** Moves a message to Deleted Items, and one that lies there out of the mailbox (Graph, "Delete message"). */
export function deleteMessage({ store }: Mailing, message: Message, options: WriteOptions): void {
  store.database.write(() => {
    if (message.folder === "deleteditems") store.mailboxes.remove(message);
    else store.mailboxes.save(moved(message, "deleteditems"));
  }, options);
}

/** The id of a mailbox's folder: opaque, and the same at every start. */
export function folderId(mailbox: string, folder: MailFolder): string {
  return Buffer.from(`${folder} ${mailbox}`).toString("base64url");
}

function newMessage({ now, settings }: TenantStore, owner: User, given: MessageChanges): Message {
  const at = now().toISOString();
  const self = { emailAddress: { name: owner.displayName, address: owner.mail ?? owner.userPrincipalName } };
  const immutableId = newId();
  return withPreview({
    ...newObject<Message>(messageType, { subject: "", importance: "normal", from: self, sender: self }),
    body: { contentType: "text", content: "" },
    ...given,
    id: newId(),
    immutableId,
    mailbox: owner.id,
    folder: "drafts",
    isDraft: true,
    parentFolderId: folderId(owner.id, "drafts"),
    internetMessageId: `<${randomUUID()}@${settings.domain}>`,
    createdDateTime: at,
    lastModifiedDateTime: at,
    receivedDateTime: at,
    sentDateTime: at,
  });
}

/** Like Outlook's: letter case counts, and nothing can be read from it. */
function newId(): string {
  return `AAMk${randomBytes(48).toString("base64url")}`;
}

function withPreview(message: Message): Message {
  const text = message.body.content.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  return { ...message, bodyPreview: text.trim().slice(0, 255) };
}

/** A move gives a message another `id`; the immutable one stays. */
function moved(message: Message, folder: MailFolder): Message {
  return { ...message, id: newId(), folder, parentFolderId: folderId(message.mailbox, folder) };
}

function timesOf({ now }: TenantStore): Pick<Message, "sentDateTime" | "receivedDateTime" | "lastModifiedDateTime"> {
  const at = now().toISOString();
  return { sentDateTime: at, receivedDateTime: at, lastModifiedDateTime: at };
}

/** @throws Refusal */
function assertSendable({ from, sender, toRecipients, ccRecipients, bccRecipients }: Message): void {
  const recipients = [...toRecipients, ...ccRecipients, ...bccRecipients].map(
    ({ emailAddress }) => emailAddress.address,
  );
  const isAddress = (text: string) => /^[^@\s<>,;"]+@[^@\s<>,;"]+$/.test(text);
  if (recipients.length === 0 || !recipients.every(isAddress)) {
    throw new Refusal(
      "no-recipients",
      "At least one recipient isn't valid., Recipients are required, each with an address.",
    );
  }
  if (from.emailAddress.address.toLowerCase() === sender.emailAddress.address.toLowerCase()) return;
  throw new Refusal(
    "not-your-address",
    "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.",
  );
}

/** Records the mail with the message, and hands it over once both are on disk. */
function post({ store, handOver }: Mailing, message: Message): void {
  const addresses = (list: Message["toRecipients"]) => list.map(({ emailAddress }) => emailAddress.address);
  const mail: MailboxMail = {
    kind: "message",
    at: store.now().toISOString(),
    from: { name: message.from.emailAddress.name ?? "", address: message.from.emailAddress.address },
    to: addresses(message.toRecipients),
    cc: addresses(message.ccRecipients),
    bcc: addresses(message.bccRecipients),
    replyTo: addresses(message.replyTo),
    subject: message.subject ?? "",
    body: message.body,
    messageId: message.internetMessageId,
  };
  store.mails.add(mail);
  store.database.afterCommit(handOver);
}
