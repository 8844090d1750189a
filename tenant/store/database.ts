import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** The n-th step leads from version n - 1 of the tables to version n. Steps are added, never changed. */
const schemaSteps: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE applications (app_id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT;
  CREATE TABLE users (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, versions TEXT NOT NULL) STRICT;
  CREATE TABLE invitations (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, ticket TEXT NOT NULL UNIQUE, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX invitations_by_user ON invitations (user_id);
  CREATE TABLE mails (number INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
  `,
  "ALTER TABLE mails ADD COLUMN sent_at TEXT;",
  `
  CREATE TABLE groups (id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT;
  CREATE TABLE group_members (
    group_id TEXT NOT NULL, member_id TEXT NOT NULL, UNIQUE (group_id, member_id)
  ) STRICT;
  CREATE INDEX group_members_by_member ON group_members (member_id);
  CREATE TABLE service_principals (id TEXT PRIMARY KEY, app_id TEXT NOT NULL UNIQUE, document TEXT NOT NULL) STRICT;
  CREATE TABLE app_role_assignments (
    id TEXT PRIMARY KEY, principal_id TEXT NOT NULL, resource_id TEXT NOT NULL, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX app_role_assignments_by_principal ON app_role_assignments (principal_id);
  CREATE INDEX app_role_assignments_by_resource ON app_role_assignments (resource_id);
  CREATE TABLE azure_role_assignments (name TEXT PRIMARY KEY, principal_id TEXT NOT NULL, document TEXT NOT NULL) STRICT;
  CREATE INDEX azure_role_assignments_by_principal ON azure_role_assignments (principal_id);
  `,
  `
  CREATE TABLE group_owners (group_id TEXT NOT NULL, owner_id TEXT NOT NULL, UNIQUE (group_id, owner_id)) STRICT;
  CREATE TABLE mailboxes (user_id TEXT PRIMARY KEY) STRICT;
  CREATE TABLE messages (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL) STRICT;
  `,
];

/** How a transaction ends. */
export interface WriteOptions {
  /** Roll back although the work succeeded: the caller hears of a change that never happened. */
  forget?: boolean;
}

/**
 * The tenant's one SQLite file.
 *
 * A change is on disk before its caller hears of it, so `kill -9` loses nothing that was answered. SQLite undoes a
 * half-done change at the next start. One process at a time holds the file.
 */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #afterCommit: (() => unknown)[] = [];

  /** @throws when another tenant has the folder open, or a later version of this program made the file */
  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const file = join(dataDir, "tenant.sqlite");
    // Made by us first, because the file holds secrets and SQLite would let everybody read it.
    closeSync(openSync(file, "a", 0o600));
    this.#sqlite = new DatabaseSync(file, { timeout: 500 });
    try {
      // EXCLUSIVE: this process keeps the file's lock, and the operating system frees it however the process ends.
      this.#sqlite.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
      this.#migrate(file);
    } catch (error) {
      this.#sqlite.close();
      if (!/locked/.test(String(error))) throw error;
      throw new Error(
        `Another local tenant already uses the folder ${dataDir}. Stop it first (npm stop), or give this one its own folder with --data DIR.`,
      );
    }
  }

  #migrate(file: string): void {
    this.#sqlite.exec("BEGIN EXCLUSIVE");
    const version = Number(this.#sqlite.prepare("PRAGMA user_version").get()?.user_version ?? 0);
    if (version > schemaSteps.length) {
      throw new Error(`${file} was made by a later version of the local tenant. Delete its folder to start afresh.`);
    }
    for (const step of schemaSteps.slice(version)) this.#sqlite.exec(step);
    this.#sqlite.exec(`PRAGMA user_version=${schemaSteps.length}; COMMIT`);
  }

  /** A prepared statement; the same text is prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /**
   * Runs one change as one transaction, committed when this returns.
   *
   * @param work what to change; synchronous, so that no other request comes between its reads and its writes
   * @throws what `work` throws, after everything it did is undone
   */
  write<T>(work: () => T, { forget = false }: WriteOptions = {}): T {
    this.prepare("BEGIN IMMEDIATE").run();
    this.#afterCommit = [];
    try {
      const result = work();
      this.prepare(forget ? "ROLLBACK" : "COMMIT").run();
      if (!forget) for (const follow of this.#afterCommit) follow();
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.prepare("ROLLBACK").run();
      throw error;
    }
  }

  /** Runs `follow` once the present transaction is on disk, and not at all when it is undone. */
  afterCommit(follow: () => unknown): void {
    this.#afterCommit.push(follow);
  }

  close(): void {
    this.#sqlite.close();
  }
}

/** An object of a list. Its place stays the same whatever is removed, so a page of the list can begin after it. */
export interface Listed<T> {
  place: number;
  object: T;
}

/** The objects of a list, the oldest first. */
export interface ListedObjects<T> extends Iterable<Listed<T>> {
  /**
   * All that have one of these values in an indexed property, and maybe others, the oldest first. Without it, all
   * objects are looked at.
   */
  having?(values: readonly string[]): readonly Listed<T>[];
}

/** One table of JSON documents, each with columns to find it by. Every change happens inside `Database.write`. */
export class Documents<T> {
  readonly #database: Database;
  readonly #table: string;

  constructor(database: Database, table: string) {
    this.#database = database;
    this.#table = table;
  }

  find(column: string, value: string): T | undefined {
    const row = this.#database.prepare(`SELECT document FROM ${this.#table} WHERE ${column} = ?`).get(value);
    return row && listed<T>(row).object;
  }

  /** All documents, or those with a value in a column, the oldest first. */
  list(column?: string, value?: string): Listed<T>[] {
    const select = `SELECT rowid AS place, document FROM ${this.#table}`;
    const rows =
      column === undefined || value === undefined
        ? this.#database.prepare(`${select} ORDER BY rowid`).all()
        : this.#database.prepare(`${select} WHERE ${column} = ? ORDER BY rowid`).all(value);
    return rows.map(listed<T>);
  }

  /**
   * Adds a document, or replaces the one with the same key.
   *
   * @param columns what it is found by, the key first
   */
  save(columns: Readonly<Record<string, string>>, document: T): void {
    const names = Object.keys(columns);
    const marks = names.map(() => "?").join(", ");
    this.#database
      .prepare(
        `INSERT INTO ${this.#table} (${names.join(", ")}, document) VALUES (${marks}, ?) ON CONFLICT (${names[0]}) DO UPDATE SET document = excluded.document`,
      )
      .run(...Object.values(columns), JSON.stringify(document));
  }

  /** Replaces a document, and leaves what it is found by. */
  change(column: string, value: string, document: T): void {
    this.#database
      .prepare(`UPDATE ${this.#table} SET document = ? WHERE ${column} = ?`)
      .run(JSON.stringify(document), value);
  }

  remove(column: string, value: string): void {
    this.#database.prepare(`DELETE FROM ${this.#table} WHERE ${column} = ?`).run(value);
  }
}

/** Reads a row with a `document`, and a `place` where the row is one of a list. */
export function listed<T>(row: Record<string, unknown>): Listed<T> {
  return { place: Number(row.place), object: JSON.parse(String(row.document)) as T };
}
