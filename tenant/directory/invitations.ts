import type { Database } from "./database.ts";

/** One invitation that was made: what the redemption of its ticket needs. */
export interface Invitation {
  id: string;
  userId: string;
  /** Unguessable; whoever has it can redeem the invitation. */
  ticket: string;
  emailAddress: string;
  redirectUrl: string;
  /** The application that invited. */
  appId: string;
  createdDateTime: string;
}

/** Every invitation of the tenant. A guest invited again has several, and each of their tickets is good. */
export class Invitations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Records an invitation. Inside `Database.write` only. */
  add(invitation: Invitation): void {
    this.#database
      .prepare("INSERT INTO invitations (id, user_id, ticket, document) VALUES (?, ?, ?, ?)")
      .run(invitation.id, invitation.userId, invitation.ticket, JSON.stringify(invitation));
  }

  byTicket(ticket: string): Invitation | undefined {
    const row = this.#database.prepare("SELECT document FROM invitations WHERE ticket = ?").get(ticket);
    return row && (JSON.parse(String(row.document)) as Invitation);
  }
}
