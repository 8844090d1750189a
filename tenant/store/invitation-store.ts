import { createHash } from "node:crypto";
import { type Database, Documents } from "./database.ts";

/** One invitation that was made: what its redemption needs, and what it takes to send it again. */
export interface Invitation {
  id: string;
  userId: string;
  emailAddress: string;
  redirectUrl: string;
  /** The application that invited. */
  appId: string;
  /** The object id of the person who had signed in to it. Absent: the application invited by itself. */
  inviterId?: string;
  createdDateTime: string;
  /** The personal message; `null` for the standard text. */
  message: string | null;
  /** The language of the standard text, a BCP 47 tag; `null` for the default. */
  language: string | null;
  cc: { name: string | null; address: string }[];
  /** Whether the guest has to redeem anew: the tickets before this one are dead. */
  reset: boolean;
}

/** Every invitation of the tenant. A guest invited again has several, and each ticket is good until a reset. */
export class Invitations {
  readonly #invitations: Documents<Invitation>;

  constructor(database: Database) {
    this.#invitations = new Documents(database, "invitations");
  }

  /**
   * Records an invitation. Inside `Database.write` only.
   *
   * @param ticket unguessable; whoever has it can begin the redemption. Only its hash is kept
   */
  add(invitation: Invitation, ticket: string): void {
    const { id, userId } = invitation;
    this.#invitations.save({ id, user_id: userId, ticket: hash(ticket) }, invitation);
  }

  /** Replaces what is known of an invitation; its ticket stays. Inside `Database.write` only. */
  change(invitation: Invitation): void {
    this.#invitations.change("id", invitation.id, invitation);
  }

  byTicket(ticket: string): Invitation | undefined {
    return this.#invitations.find("ticket", hash(ticket));
  }

  byId(id: string): Invitation | undefined {
    return this.#invitations.find("id", id);
  }

  /** The invitations of one guest, the newest first. */
  ofUser(userId: string): Invitation[] {
    return this.#invitations
      .list("user_id", userId)
      .map(({ object }) => object)
      .reverse();
  }

  /** Whether a later invitation made the guest redeem anew. */
  isSuperseded({ id, userId }: Invitation): boolean {
    const all = this.ofUser(userId);
    const later = all.slice(
      0,
      all.findIndex((invitation) => invitation.id === id),
    );
    return later.some(({ reset }) => reset);
  }
}

/** A ticket is random enough that a plain hash of it tells nothing. */
function hash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64url");
}

/** Everything that the mail of an invitation is made from. */
export interface InvitationMail {
  kind: "invitation";
  /** ISO 8601. */
  at: string;
  to: string;
  cc: string[];
  /** The object id and the display name of the guest. */
  guestId: string;
  guestName: string;
  /** The organisation that invites. */
  organisation: string;
  /** The display name of the application that invites. */
  inviter: string;
  /** The personal message; `null` for the standard text. */
  message: string | null;
  /** The language of the standard text, a BCP 47 tag. */
  language: string;
  redeemUrl: string;
  redirectUrl: string;
}

/** A message that was sent from a mailbox. */
export interface MailboxMail {
  kind: "message";
  /** ISO 8601. */
  at: string;
  from: { name: string; address: string };
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  body: { contentType: "text" | "html"; content: string };
  /** The Message-ID of its header. */
  messageId: string;
}

/** A mail as the tenant lists it: who got it, never the link in it. */
export interface ListedMail {
  number: number;
  kind: (InvitationMail | MailboxMail)["kind"];
  /** The mailbox that sent it. Absent: Microsoft's own mail. */
  from?: string;
  at: string;
  to: string;
  cc: string[];
}

/** A recorded mail under its number: 1 for the tenant's first. */
export interface RecordedMail {
  number: number;
  mail: InvitationMail | MailboxMail;
}

/** Every mail of an invitation or a mailbox, sent or still to be sent, with what it is made from: so none gets lost. */
export class Mails {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Records a mail. Inside `Database.write` only. */
  add(mail: InvitationMail | MailboxMail): void {
    this.#database.prepare("INSERT INTO mails (document) VALUES (?)").run(JSON.stringify(mail));
  }

  /** What is still to be sent, the oldest first. */
  unsent(): RecordedMail[] {
    return this.#database
      .prepare("SELECT number, document FROM mails WHERE sent_at IS NULL ORDER BY number")
      .all()
      .map(read);
  }

  /** The first mail after this number that is still to be sent. */
  nextUnsent(after: number): RecordedMail | undefined {
    const row = this.#database
      .prepare("SELECT number, document FROM mails WHERE sent_at IS NULL AND number > ? ORDER BY number LIMIT 1")
      .get(after);
    return row && read(row);
  }

  markSent(number: number, at: Date): void {
    this.#database.write(() =>
      this.#database.prepare("UPDATE mails SET sent_at = ? WHERE number = ?").run(at.toISOString(), number),
    );
  }

  list(): ListedMail[] {
    return this.#database
      .prepare("SELECT number, document FROM mails ORDER BY number")
      .all()
      .map(read)
      .map(({ number, mail }) => {
        const { kind, at, cc } = mail;
        if (mail.kind === "invitation") return { number, kind, at, to: mail.to, cc };
        return { number, kind, at, from: mail.from.address, to: mail.to.join(", "), cc };
      });
  }
}

function read(row: Record<string, unknown>): RecordedMail {
  return { number: Number(row.number), mail: JSON.parse(String(row.document)) as RecordedMail["mail"] };
}
