import type { Database } from "./database.ts";

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

/** A mail as the tenant lists it: who got it, never the link in it. */
export interface ListedMail {
  number: number;
  kind: InvitationMail["kind"];
  at: string;
  to: string;
  cc: string[];
}

/** Every mail that the tenant has sent or would have sent. */
export class Mails {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Records a mail. Inside `Database.write` only. */
  add(mail: InvitationMail): void {
    this.#database.prepare("INSERT INTO mails (document) VALUES (?)").run(JSON.stringify(mail));
  }

  list(): ListedMail[] {
    return this.#database
      .prepare("SELECT number, document FROM mails ORDER BY number")
      .all()
      .map((row) => {
        const { kind, at, to, cc } = JSON.parse(String(row.document)) as InvitationMail;
        return { number: Number(row.number), kind, at, to, cc };
      });
  }
}
