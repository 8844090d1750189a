import { createHash } from "node:crypto";
import type { Database } from "./database.ts";

/** One invitation that was made: what its redemption needs, and what it takes to send it again. */
export interface Invitation {
  id: string;
  userId: string;
  emailAddress: string;
  redirectUrl: string;
  /** The application that invited. */
  appId: string;
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
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Records an invitation. Inside `Database.write` only.
   *
   * @param ticket unguessable; whoever has it can begin the redemption. Only its hash is kept
   */
  add(invitation: Invitation, ticket: string): void {
    this.#database
      .prepare("INSERT INTO invitations (id, user_id, ticket, document) VALUES (?, ?, ?, ?)")
      .run(invitation.id, invitation.userId, hash(ticket), JSON.stringify(invitation));
  }

  byTicket(ticket: string): Invitation | undefined {
    const row = this.#database.prepare("SELECT document FROM invitations WHERE ticket = ?").get(hash(ticket));
    return row && read(row);
  }

  byId(id: string): Invitation | undefined {
    const row = this.#database.prepare("SELECT document FROM invitations WHERE id = ?").get(id);
    return row && read(row);
  }

  /** The invitations of one guest, the newest first. */
  ofUser(userId: string): Invitation[] {
    return this.#database
      .prepare("SELECT document FROM invitations WHERE user_id = ? ORDER BY rowid DESC")
      .all(userId)
      .map(read);
  }

  /** Whether a later invitation made the guest redeem anew. */
  isSuperseded({ id, userId }: Invitation): boolean {
    const later = this.ofUser(userId);
    return later
      .slice(
        0,
        later.findIndex((invitation) => invitation.id === id),
      )
      .some(({ reset }) => reset);
  }
}

function read(row: Record<string, unknown>): Invitation {
  return JSON.parse(String(row.document)) as Invitation;
}

/** A ticket is random enough that a plain hash of it tells nothing. */
function hash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64url");
}
