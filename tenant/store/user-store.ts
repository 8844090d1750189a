import type { Database } from "./database.ts";
import { addressesOf, comparable, type User, type UserState } from "./user.ts";

/** How long a deleted user can be restored (Graph, "Restore deleted item"). */
export const recycleBinDays = 30;
const recycleBinTime = recycleBinDays * 24 * 60 * 60 * 1000;

/** What was true of a user from a moment on. No state: they were purged. */
interface Version {
  at: number;
  state: UserState | null;
}

interface UserRecord {
  sequence: number;
  id: string;
  /** Oldest first; only those that some read may still see. */
  versions: Version[];
}

/** One entry of a listing, with the place at which the listing can be continued. */
export interface ListedUser extends UserState {
  sequence: number;
}

/**
 * The users of the tenant, live and deleted.
 *
 * All of them are held in memory and every change is written through to SQLite. `current…` sees every committed
 * change, as the part of the directory that takes writes does; `visible…` sees what a read sees, which is what was
 * true before the replication lag.
 */
export class Users {
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #lag: number;
  readonly #records = new Map<string, UserRecord>();
  /** Address → ids of live users, over the current versions. */
  readonly #addresses = new Map<string, Set<string>>();
  #lastSequence = 0;

  constructor(database: Database, now: () => Date, replicationLagSeconds: number) {
    this.#database = database;
    this.#now = now;
    this.#lag = replicationLagSeconds * 1000;
    for (const row of database.prepare("SELECT sequence, id, versions FROM users ORDER BY sequence").all()) {
      this.#remember({
        sequence: Number(row.sequence),
        id: String(row.id),
        versions: JSON.parse(String(row.versions)) as Version[],
      });
    }
  }

  /** The user as the last committed change left them. */
  current(id: string): UserState | undefined {
    return this.#unlessExpired(this.#records.get(id)?.versions.at(-1)?.state);
  }

  /** The user as a read sees them now. */
  visible(id: string): UserState | undefined {
    const record = this.#records.get(id);
    return record && this.#seen(record);
  }

  /** The live user with this user principal name, as a read sees them. */
  visibleByPrincipalName(name: string): UserState | undefined {
    const wanted = comparable(name);
    for (const listed of this.list("live")) {
      if (comparable(listed.user.userPrincipalName) === wanted) return listed;
    }
    return undefined;
  }

  /** Live users known by this address: by `mail`, `otherMails`, `proxyAddresses` or user principal name. */
  currentByAddress(address: string): User[] {
    return [...(this.#addresses.get(comparable(address)) ?? [])].flatMap((id) => this.current(id)?.user ?? []);
  }

  /** Users in the order in which they were made, as a read sees them. */
  *list(which: "live" | "deleted"): Generator<ListedUser> {
    for (const record of this.#records.values()) {
      const state = this.#seen(record);
      if (state !== undefined && (state.deletedDateTime === null) === (which === "live")) {
        yield { sequence: record.sequence, ...state };
      }
    }
  }

  /** All users as the last committed changes left them. */
  currentUsers(which: "live" | "deleted"): User[] {
    return [...this.#records.keys()].flatMap((id) => {
      const state = this.current(id);
      return state && (state.deletedDateTime === null) === (which === "live") ? [state.user] : [];
    });
  }

  /**
   * Adds a user, or replaces what is known of them. Inside `Database.write` only.
   *
   * @param since from when on it is true, in milliseconds; what is older than the replication lag is seen at once
   */
  save(state: UserState, since = this.#now().getTime()): void {
    this.#put(state.user.id, state, since);
  }

  /** Forgets a user for good. Inside `Database.write` only. */
  purge(id: string): void {
    this.#put(id, null, this.#now().getTime());
  }

  /** Drops from the file what no read can see any more: purged users and those deleted too long ago. */
  sweep(): void {
    this.#database.write(() => {
      for (const record of this.#records.values()) {
        const last = record.versions.at(-1);
        if (last === undefined || this.#seen(record) !== undefined || this.#unlessExpired(last.state)) continue;
        this.#database.prepare("DELETE FROM users WHERE id = ?").run(record.id);
        this.#database.afterCommit(() => this.#records.delete(record.id));
      }
    });
  }

  #put(id: string, state: UserState | null, at: number): void {
    const known = this.#records.get(id);
    const record: UserRecord = {
      sequence: known?.sequence ?? ++this.#lastSequence,
      id,
      versions: [...this.#stillSeen(known?.versions ?? [], at), { at, state }],
    };
    this.#database
      .prepare(
        "INSERT INTO users (sequence, id, versions) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET versions = excluded.versions",
      )
      .run(record.sequence, id, JSON.stringify(record.versions));
    this.#database.afterCommit(() => this.#remember(record));
  }

  /** The versions that a read at `now` or later can see: the newest one older than the lag, and all after it. */
  #stillSeen(versions: Version[], now: number): Version[] {
    if (this.#lag === 0) return [];
    const oldest = versions.findLastIndex((version) => version.at <= now - this.#lag);
    return versions.slice(Math.max(oldest, 0));
  }

  #seen(record: UserRecord): UserState | undefined {
    if (this.#lag === 0) return this.#unlessExpired(record.versions.at(-1)?.state);
    const until = this.#now().getTime() - this.#lag;
    return this.#unlessExpired(record.versions.findLast((version) => version.at <= until)?.state);
  }

  #unlessExpired(state: UserState | null | undefined): UserState | undefined {
    if (!state) return undefined;
    const deleted = state.deletedDateTime;
    const expired = deleted !== null && this.#now().getTime() - Date.parse(deleted) > recycleBinTime;
    return expired ? undefined : state;
  }

  #remember(record: UserRecord): void {
    const before = this.#records.get(record.id)?.versions.at(-1)?.state;
    if (before) for (const address of addressesOf(before.user)) this.#addresses.get(address)?.delete(record.id);
    const after = record.versions.at(-1)?.state;
    if (after && after.deletedDateTime === null) {
      for (const address of addressesOf(after.user)) {
        const ids = this.#addresses.get(address) ?? new Set();
        this.#addresses.set(address, ids.add(record.id));
      }
    }
    this.#records.set(record.id, record);
    this.#lastSequence = Math.max(this.#lastSequence, record.sequence);
  }
}
