import type { Database } from "./database.ts";
import type { Group } from "./group.ts";

/**
 * The groups of the tenant, and who is in them.
 *
 * A membership outlives its member's time in the recycle bin: it is there again when the member is restored, and gone
 * with them when they are purged. Readers leave out members who are not live.
 */
export class Groups {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): Group | undefined {
    const row = this.#database.prepare("SELECT document FROM groups WHERE id = ?").get(id);
    return row && read(row);
  }

  /** All groups, the oldest first. */
  list(): Group[] {
    return this.#database.prepare("SELECT document FROM groups ORDER BY rowid").all().map(read);
  }

  /** Adds a group, or replaces what is known of it. Inside `Database.write` only. */
  save(group: Group): void {
    this.#database
      .prepare(
        "INSERT INTO groups (id, document) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document",
      )
      .run(group.id, JSON.stringify(group));
  }

  /** Removes a group with its memberships, for good. Inside `Database.write` only. */
  delete(id: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE group_id = ? OR member_id = ?").run(id, id);
    this.#database.prepare("DELETE FROM groups WHERE id = ?").run(id);
  }

  /** The ids of a group's members, those in the recycle bin among them, in the order in which they joined. */
  membersOf(groupId: string): string[] {
    return this.#database
      .prepare("SELECT member_id FROM group_members WHERE group_id = ? ORDER BY rowid")
      .all(groupId)
      .map((row) => String(row.member_id));
  }

  /** The groups that somebody is a direct member of. */
  groupsOf(memberId: string): Group[] {
    return this.#database
      .prepare(
        "SELECT document FROM groups JOIN group_members ON groups.id = group_id WHERE member_id = ? ORDER BY groups.rowid",
      )
      .all(memberId)
      .map(read);
  }

  isMember(groupId: string, memberId: string): boolean {
    const row = this.#database.prepare("SELECT 1 FROM group_members WHERE group_id = ? AND member_id = ?");
    return row.get(groupId, memberId) !== undefined;
  }

  /** Adds a member. Inside `Database.write` only. */
  addMember(groupId: string, memberId: string): void {
    this.#database.prepare("INSERT INTO group_members (group_id, member_id) VALUES (?, ?)").run(groupId, memberId);
  }

  /** Removes a member. Inside `Database.write` only. */
  removeMember(groupId: string, memberId: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE group_id = ? AND member_id = ?").run(groupId, memberId);
  }

  /** Takes somebody who is gone for good out of every group. Inside `Database.write` only. */
  forget(memberId: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE member_id = ?").run(memberId);
  }
}

function read(row: Record<string, unknown>): Group {
  return JSON.parse(String(row.document)) as Group;
}
