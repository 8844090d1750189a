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
    this.forget(id);
    for (const { name } of Object.values(tables)) {
      this.#database.prepare(`DELETE FROM ${name} WHERE group_id = ?`).run(id);
    }
    this.#groups.remove("id", id);
  }

  /** The ids of a group's members or owners, those in the recycle bin among them, in the order in which they joined. */
  related(relation: Relation, groupId: string): Listed<string>[] {
    const { name, column } = tables[relation];
    return this.#database
      .prepare(`SELECT rowid AS place, ${column} AS id FROM ${name} WHERE group_id = ? ORDER BY rowid`)
      .all(groupId)
      .map((row) => ({ place: Number(row.place), object: String(row.id) }));
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

  isRelated(relation: Relation, groupId: string, id: string): boolean {
    const { name, column } = tables[relation];
    return (
      this.#database.prepare(`SELECT 1 FROM ${name} WHERE group_id = ? AND ${column} = ?`).get(groupId, id) !==
      undefined
    );
  }

  relate(relation: Relation, groupId: string, id: string): void {
    const { name, column } = tables[relation];
    this.#database.prepare(`INSERT INTO ${name} (group_id, ${column}) VALUES (?, ?)`).run(groupId, id);
  }

  unrelate(relation: Relation, groupId: string, id: string): void {
    const { name, column } = tables[relation];
    this.#database.prepare(`DELETE FROM ${name} WHERE group_id = ? AND ${column} = ?`).run(groupId, id);
  }

  /** Takes somebody who is gone for good out of every group. */
  forget(id: string): void {
    for (const { name, column } of Object.values(tables)) {
      this.#database.prepare(`DELETE FROM ${name} WHERE ${column} = ?`).run(id);
    }
  }
}

const tables = {
  members: { name: "group_members", column: "member_id" },
  owners: { name: "group_owners", column: "owner_id" },
} as const;
type Relation = keyof typeof tables;
