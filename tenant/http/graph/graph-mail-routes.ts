import { setTimeout as delay } from "node:timers/promises";
import {
  createDraft,
  deleteMessage,
  folderId,
  type Mailing,
  type MessageChanges,
  mailboxOwner,
  sendAtOnce,
  sendDraft,
  updateMessage,
} from "../../domain/send-mail.ts";
import type { Listed } from "../../store/database.ts";
import { type MailFolder, type Message, mailFolders, mailFolderType, messageType } from "../../store/mailbox-store.ts";
import type { User } from "../../store/object-types.ts";
import { answerList, answerObject, type GraphPart } from "./graph-answers.ts";
import { toReadMail, toSendMail, toWriteMail } from "./graph-permissions.ts";
import {
  badRequest,
  GraphError,
  type GraphRequest,
  type GraphRoute,
  missingValue,
  namedInPath,
  objectOptions,
  pathPart,
  readBody,
  readChanges,
  unknownProperty,
} from "./graph-request.ts";

/** `/users/{id}/messages`, `/mailFolders` and `/sendMail` (Graph, "Use the Outlook mail REST API"). */
export function mailRoutes(part: GraphPart, mailing: Mailing): GraphRoute[] {
  const limits = new MailboxLimits(part);
  const messages = "/users/:id/messages";
  const folder = "/users/:id/mailfolders/:folder";
  const routes: MailRoute[] = [
    {
      method: "GET",
      path: messages,
      permissions: toReadMail,
      isList: true,
      act: (c, owner) => list(part, c, part.store.mailboxes.list(owner.id)),
    },
    {
      method: "POST",
      path: messages,
      permissions: toWriteMail,
      options: objectOptions,
      act: async (c, owner) => {
        const given = readChanges<MessageChanges>(messageType, await readBody(c), "POST");
        return answer(part, c, createDraft(mailing, owner, given, c.var.writeOptions), 201);
      },
    },
    {
      method: "GET",
      path: `${messages}/:message`,
      permissions: toReadMail,
      act: (c, owner) => answer(part, c, messageOf(part, c, owner)),
    },
    {
      method: "PATCH",
      path: `${messages}/:message`,
      permissions: toWriteMail,
      options: objectOptions,
      act: async (c, owner) => {
        const changes = readChanges<MessageChanges>(messageType, await readBody(c), "PATCH");
        return answer(part, c, updateMessage(mailing, messageOf(part, c, owner), changes, c.var.writeOptions));
      },
    },
    {
      method: "DELETE",
      path: `${messages}/:message`,
      permissions: toWriteMail,
      act: (c, owner) => {
        deleteMessage(mailing, messageOf(part, c, owner), c.var.writeOptions);
        return c.body(null, 204);
      },
    },
    {
      method: "POST",
      path: `${messages}/:message/send`,
      permissions: toSendMail,
      takesNoBody: true,
      act: (c, owner) => {
        const message = messageOf(part, c, owner);
        limits.countSent(owner);
        sendDraft(mailing, message, c.var.writeOptions);
        return c.body(null, 202);
      },
    },
    {
      method: "POST",
      path: "/users/:id/sendmail",
      permissions: toSendMail,
      act: async (c, owner) => {
        const { message, keepCopy } = readSendMail(await readBody(c));
        limits.countSent(owner);
        sendAtOnce(mailing, owner, message, { keepCopy, ...c.var.writeOptions });
        return c.body(null, 202);
      },
    },
    {
      method: "GET",
      path: folder,
      permissions: toReadMail,
      options: ["$select"],
      act: (c, owner) => answerFolder(part, c, owner),
    },
    {
      method: "GET",
      path: `${folder}/messages`,
      permissions: toReadMail,
      isList: true,
      act: (c, owner) => list(part, c, inFolder(part, owner, folderOf(c))),
    },
  ];
  return routes.map(({ act, ...route }) => ({
    ...route,
    denied: () => new GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    handle: (c) => limits.within(c, mailboxOwner(part.store, pathPart(c, "id")), (owner) => act(c, owner)),
  }));
}

/** A route of one mailbox. */
interface MailRoute extends Omit<GraphRoute, "handle"> {
  act: (c: GraphRequest, owner: User) => Response | Promise<Response>;
}

/** The message that the path names. @throws GraphError 404 */
function messageOf({ store }: GraphPart, c: GraphRequest, owner: User): Message {
  const found = store.mailboxes.find(owner.id, namedInPath(c, "messages"));
  if (found) return found;
  throw new GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.");
}

function list(part: GraphPart, c: GraphRequest, rows: readonly Listed<Message>[]): Response {
  const newestFirst = rows.map(({ place, object }) => ({ place: -place, object: withId(c, object) })).reverse();
  return answerList(part, c, { type: messageType, rows: newestFirst });
}

function answer(part: GraphPart, c: GraphRequest, message: Message, status: 200 | 201 = 200): Response {
  if (wantsImmutableId(c)) c.header("Preference-Applied", 'IdType="ImmutableId"');
  return answerObject(part, c, messageType, withId(c, message), { status });
}

/** `Prefer: IdType="ImmutableId"` asks for the id that no move changes. */
function wantsImmutableId(c: GraphRequest): boolean {
  return /IdType\s*=\s*"?ImmutableId"?/i.test(c.req.header("prefer") ?? "");
}

function withId(c: GraphRequest, message: Message): Message {
  return wantsImmutableId(c) ? { ...message, id: message.immutableId } : message;
}

/** Reads the body of "user: sendMail". @throws GraphError 400 */
function readSendMail(body: Record<string, unknown>): { message: MessageChanges; keepCopy: boolean } {
  const named = Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  const { message, savetosentitems: keepCopy = true, ...others } = named;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw unknownProperty(unknown, "sendMail");
  if (typeof message !== "object" || message === null) throw missingValue("Message", "sendMail");
  if (typeof keepCopy !== "boolean") {
    throw badRequest("Invalid value specified for property 'SaveToSentItems' of resource 'sendMail'.");
  }
  return { message: readChanges<MessageChanges>(messageType, message as Record<string, unknown>, "POST"), keepCopy };
}

/** @throws GraphError 404 for a folder that the local tenant does not have */
function folderOf(c: GraphRequest): MailFolder {
  const name = pathPart(c, "folder");
  if (Object.hasOwn(mailFolders, name)) return name as MailFolder;
  const known = Object.keys(mailFolders).join(", ");
  throw new GraphError(
    404,
    "ErrorItemNotFound",
    `The specified object was not found in the store. (The local tenant's mailboxes have the folders ${known}.)`,
  );
}

function inFolder({ store }: GraphPart, owner: User, folder: MailFolder): Listed<Message>[] {
  return store.mailboxes.list(owner.id).filter(({ object }) => object.folder === folder);
}

function answerFolder(part: GraphPart, c: GraphRequest, owner: User): Response {
  const folder = folderOf(c);
  const messages = inFolder(part, owner, folder);
  return answerObject(part, c, mailFolderType, {
    id: folderId(owner.id, folder),
    displayName: mailFolders[folder],
    parentFolderId: Buffer.from(`root ${owner.id}`).toString("base64url"),
    childFolderCount: 0,
    unreadItemCount: messages.filter(({ object }) => !object.isRead).length,
    totalItemCount: messages.length,
    isHidden: false,
  });
}

/** Outlook takes no more requests than this at a time from one application for one mailbox ("Outlook service limits"). */
const mostAtATime = 4;

/** The limits of Exchange Online that a mailbox has. */
class MailboxLimits {
  readonly #part: GraphPart;
  readonly #underWay = new Map<string, number>();
  /** When each mailbox sent its messages of the last minute, in milliseconds. */
  readonly #sent = new Map<string, number[]>();

  constructor(part: GraphPart) {
    this.#part = part;
  }

  /** Does the work of one request. @throws GraphError 429 where too many are under way */
  async within(c: GraphRequest, owner: User, work: (owner: User) => Response | Promise<Response>): Promise<Response> {
    const key = `${c.var.caller.appId} ${owner.id}`;
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= mostAtATime) throw throttled("Application is over its MailboxConcurrency limit.", 1);
    this.#underWay.set(key, underWay + 1);
    try {
      await delay(this.#part.store.rehearsal.mailboxMilliseconds);
      return await work(owner);
    } finally {
      this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
    }
  }

  /** Counts a message that is about to be sent. @throws GraphError 429 where the minute has had its number */
  countSent(owner: User): void {
    const { now, rehearsal } = this.#part.store;
    const most = rehearsal.messagesPerMinute;
    const at = now().getTime();
    const sent = (this.#sent.get(owner.id) ?? []).filter((time) => at - time < 60_000);
    const [oldest = at] = sent;
    if (most !== null && sent.length >= most) {
      const seconds = Math.ceil((oldest + 60_000 - at) / 1000);
      throw throttled(`The mailbox has sent ${most} messages in a minute, and may send no more yet.`, seconds);
    }
    this.#sent.set(owner.id, [...sent, at]);
  }
}

function throttled(message: string, retryAfterSeconds: number): GraphError {
  return new GraphError(429, "ApplicationThrottled", message, { "Retry-After": String(retryAfterSeconds) });
}
