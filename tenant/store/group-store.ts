import { type Database, Documents, type Listed, listed } from "./database.ts";
import type { Group } from "./object-types.ts";

/**
 * The groups of the tenant, and who is in them.
 *
 * A membership outlives its member's time in the recycle bin: it is there again when the member is restored, and gone
 * when the member is purged. Readers leave out members who are not live. Changes happen inside `Database.write` only.
 */
export class Groups {
  readonly #database: Database;
  readonly #groups: Documents<Group>;

  constructor(database: Database) {
    this.#database = database;
    this.#groups = new Documents(database, "groups");
  }

  find(id: string): Group | undefined {
    return this.#groups.find("id", id);
  }

  /** All groups, the oldest first. */
  list(): Listed<Group>[] {
    return this.#groups.list();
  }

  /** Adds a group, or replaces what is known of it. */
  save(group: Group): void {
    this.#groups.save({ id: group.id }, group);
  }

  /** Removes a group with its memberships, for good. */
  delete(id: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE group_id = ? OR member_id = ?").run(id, id);
    this.#groups.remove("id", id);
  }

  /** The ids of a group's members, those in the recycle bin among them, in the order in which they joined. */
  membersOf(groupId: string): Listed<string>[] {
    return this.#database
      .prepare("SELECT rowid AS place, member_id FROM group_members WHERE group_id = ? ORDER BY rowid")
      .all(groupId)
      .map((row) => ({ place: Number(row.place), object: String(row.member_id) }));
  }

  /** The groups of a direct member, the oldest first. */
  groupsOf(memberId: string): Listed<Group>[] {
    return this.#database
      .prepare(
        "SELECT groups.rowid AS place, document FROM groups JOIN group_members ON groups.id = group_id WHERE member_id = ? ORDER BY groups.rowid",
      )
      .all(memberId)
      .map(listed<Group>);
  }

  isMember(groupId: string, memberId: string): boolean {
    const row = this.#database.prepare("SELECT 1 FROM group_members WHERE group_id = ? AND member_id = ?");
    return row.get(groupId, memberId) !== undefined;
  }

  addMember(groupId: string, memberId: string): void {
    this.#database.prepare("INSERT INTO group_members (group_id, member_id) VALUES (?, ?)").run(groupId, memberId);
  }

  removeMember(groupId: string, memberId: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE group_id = ? AND member_id = ?").run(groupId, memberId);
  }

  /** Takes a member who is gone for good out of every group. */
  forget(memberId: string): void {
    this.#database.prepare("DELETE FROM group_members WHERE member_id = ?").run(memberId);
  }
}
