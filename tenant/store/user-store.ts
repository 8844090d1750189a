import type { Database, Listed, ListedObjects } from "./database.ts";
import { comparable, indexedValues } from "./described-types.ts";
import { newUser, type User, userType } from "./object-types.ts";

/** How long a deleted user can be restored (Graph, "Restore deleted item"). */
export const recycleBinDays = 30;
const recycleBinTime = recycleBinDays * 24 * 60 * 60 * 1000;

/** Where a user is: live, or in the recycle bin. */
export type UserPlace = "live" | "deleted";

/** What was true of a user from a moment on. No user: they were purged. */
interface Version {
  at: number;
  user: User | null;
}

interface UserRecord {
  place: number;
  id: string;
  /** Oldest first; only those that some read may still see. */
  versions: Version[];
}

/**
 * The users of the tenant, live and deleted.
 *
 * All of them are held in memory and every change is written through to SQLite. `current…` sees every committed
 * change, as the part of Entra that takes writes does. `visible…` and `list` see what a read sees: what was true before
 * the replication lag.
 */
export class Users {
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #lag: number;
  readonly #records = new Map<string, UserRecord>();
  /** Value of an indexed property → ids of the users who have it in any version that is still seen, live or deleted. */
  readonly #index = new Map<string, Set<string>>();
  /** Since when those have been there who were made while this process runs, in milliseconds. */
  readonly #madeAt = new Map<string, number>();
  #lastPlace = 0;

  constructor(database: Database, now: () => Date, replicationLagSeconds: number) {
    this.#database = database;
    this.#now = now;
    this.#lag = replicationLagSeconds * 1000;
    for (const row of database.prepare("SELECT sequence, id, versions FROM users ORDER BY sequence").all()) {
      this.#remember({ place: Number(row.sequence), id: String(row.id), versions: readVersions(String(row.versions)) });
    }
  }

  /**
   * Whether a user was made so lately that writes do not find them yet.
   *
   * @param lagSeconds default: as long as reads do not
   */
  isTooNew(id: string, lagSeconds: number | null): boolean {
    const lag = lagSeconds === null ? this.#lag : lagSeconds * 1000;
    return this.#now().getTime() - (this.#madeAt.get(id) ?? 0) < lag;
  }

  /** The user as the last committed change left them. */
  current(id: string, place: UserPlace = "live"): User | undefined {
    return at(place, this.#unlessExpired(this.#records.get(id)?.versions.at(-1)?.user));
  }

  /** The user as a read sees them now. */
  visible(id: string, place: UserPlace = "live"): User | undefined {
    const record = this.#records.get(id);
    return record && at(place, this.#seen(record));
  }

  /** The live user with this object id or user principal name, as the last committed change left them. */
  currentNamed(name: string): User | undefined {
    const byName = this.currentByAddress(name).find(
      ({ userPrincipalName }) => comparable(userPrincipalName) === comparable(name),
    );
    return this.current(byName?.id ?? name.toLowerCase());
  }

  /** The live user with this object id or user principal name, as a read sees them. */
  visibleNamed(name: string): User | undefined {
    const user = this.visible(name.toLowerCase());
    if (user !== undefined) return user;
    const wanted = comparable(name);
    const named = this.list("live").having([wanted]);
    return named.find(({ object }) => comparable(object.userPrincipalName) === wanted)?.object;
  }

  /** Live users with this address: as `mail`, `otherMails`, `proxyAddresses` or user principal name. */
  currentByAddress(address: string): User[] {
    const wanted = comparable(address);
    return this.#recordsHaving([wanted, `smtp:${wanted}`])
      .flatMap(({ id }) => this.current(id) ?? [])
      .filter((user) => addressesOf(user).has(wanted));
  }

  /** Users as a read sees them. */
  list(place: UserPlace): Required<ListedObjects<User>> {
    return {
      [Symbol.iterator]: () => this.#listed(place, this.#records.values()),
      having: (values) => [...this.#listed(place, this.#recordsHaving(values))],
    };
  }

  *#listed(place: UserPlace, records: Iterable<UserRecord>): Generator<Listed<User>> {
    for (const record of records) {
      const user = at(place, this.#seen(record));
      if (user !== undefined) yield { place: record.place, object: user };
    }
  }

  /** All users as the last committed changes left them. */
  currentUsers(place: UserPlace): User[] {
    return [...this.#records.keys()].flatMap((id) => this.current(id, place) ?? []);
  }

  /**
   * Adds a user, or replaces what is known of them. Inside `Database.write` only.
   *
   * @param since from when on it is true, in milliseconds; what is older than the replication lag is seen at once
   */
  save(user: User, since = this.#now().getTime()): void {
    this.#put(user.id, user, since);
  }

  /** Forgets a user for good. Inside `Database.write` only. */
  purge(id: string): void {
    this.#put(id, null, this.#now().getTime());
  }

  /** Drops from the file what no read can see any more: purged users, and those deleted too long ago. */
  sweep(): void {
    this.#database.write(() => {
      for (const record of this.#records.values()) {
        const last = record.versions.at(-1);
        if (last === undefined || this.#seen(record) !== undefined || this.#unlessExpired(last.user)) continue;
        this.#database.prepare("DELETE FROM users WHERE id = ?").run(record.id);
        this.#database.afterCommit(() => {
          this.#leaveIndex(record);
          this.#records.delete(record.id);
        });
      }
    });
  }

  #put(id: string, user: User | null, at: number): void {
    const known = this.#records.get(id);
    const record: UserRecord = {
      place: known?.place ?? ++this.#lastPlace,
      id,
      versions: [...this.#stillSeen(known?.versions ?? [], at), { at, user }],
    };
    this.#database
      .prepare(
        "INSERT INTO users (sequence, id, versions) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET versions = excluded.versions",
      )
      .run(record.place, id, writeVersions(record.versions));
    this.#database.afterCommit(() => {
      if (known === undefined) this.#madeAt.set(id, at);
      this.#remember(record);
    });
  }

  /** The versions that a read at `now` or later can see: the newest one older than the lag, and all after it. */
  #stillSeen(versions: Version[], now: number): Version[] {
    if (this.#lag === 0) return [];
    const oldest = versions.findLastIndex((version) => version.at <= now - this.#lag);
    return versions.slice(Math.max(oldest, 0));
  }

  #seen(record: UserRecord): User | undefined {
    if (this.#lag === 0) return this.#unlessExpired(record.versions.at(-1)?.user);
    const until = this.#now().getTime() - this.#lag;
    return this.#unlessExpired(record.versions.findLast((version) => version.at <= until)?.user);
  }

  #unlessExpired(user: User | null | undefined): User | undefined {
    if (!user) return undefined;
    const deleted = user.deletedDateTime;
    const expired = deleted !== null && this.#now().getTime() - Date.parse(deleted) > recycleBinTime;
    return expired ? undefined : user;
  }

  #remember(record: UserRecord): void {
    const before = this.#records.get(record.id);
    if (before) this.#leaveIndex(before);
    for (const value of valuesOf(record)) {
      const ids = this.#index.get(value) ?? new Set();
      this.#index.set(value, ids.add(record.id));
    }
    this.#records.set(record.id, record);
    this.#lastPlace = Math.max(this.#lastPlace, record.place);
  }

  #leaveIndex(record: UserRecord): void {
    for (const value of valuesOf(record)) {
      const ids = this.#index.get(value);
      ids?.delete(record.id);
      if (ids?.size === 0) this.#index.delete(value);
    }
  }

  /** The oldest first. */
  #recordsHaving(values: readonly string[]): UserRecord[] {
    const ids = new Set(values.flatMap((value) => [...(this.#index.get(comparable(value)) ?? [])]));
    return [...ids].flatMap((id) => this.#records.get(id) ?? []).sort((one, other) => one.place - other.place);
  }
}

function valuesOf({ versions }: UserRecord): Set<string> {
  return new Set(versions.flatMap(({ user }) => (user ? indexedValues(userType, user) : [])));
}

function at(place: UserPlace, user: User | undefined): User | undefined {
  return user !== undefined && (user.deletedDateTime === null) === (place === "live") ? user : undefined;
}

/** Whether an invitation made this user: a guest may be of the type "Member", and a member never accepts anything. */
export function isInvited({ creationType }: User): boolean {
  return creationType === "Invitation";
}

/** Every address by which the directory knows a user, in the form in which addresses are compared. */
export function addressesOf({ mail, userPrincipalName, otherMails, proxyAddresses }: User): Set<string> {
  const proxies = proxyAddresses.map((proxy) => proxy.replace(/^smtp:/i, ""));
  return new Set(
    [mail ?? "", userPrincipalName, ...otherMails, ...proxies].filter((address) => address !== "").map(comparable),
  );
}

/** A version as it lies on the disk. */
interface StoredVersion {
  at: number;
  state: { user: Omit<User, "deletedDateTime">; deletedDateTime: string | null } | null;
}

/** A property that was described after the user was stored gets its initial value. */
function readVersions(json: string): Version[] {
  return (JSON.parse(json) as StoredVersion[]).map(({ at, state }) => ({
    at,
    user: state && newUser({ ...state.user, deletedDateTime: state.deletedDateTime }),
  }));
}

function writeVersions(versions: Version[]): string {
  const stored = versions.map(({ at, user }): StoredVersion => {
    if (user === null) return { at, state: null };
    const { deletedDateTime, ...rest } = user;
    return { at, state: { user: rest, deletedDateTime } };
  });
  return JSON.stringify(stored);
}
