import { randomBytes, randomUUID } from "node:crypto";
import { newUser, signedInAt, type User } from "../store/object-types.ts";
import type { AccountKind } from "../store/rehearsal.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { newGuest } from "./invite-guest.ts";
import { redeemedWith } from "./redeem-invitation.ts";

/** A partner of the organisation: its share of the guests, and the kind of account that most of them have. */
const partners: readonly { domain: string; company: string; share: number; kind: AccountKind }[] = [
  { domain: "fabrikam.example", company: "Fabrikam", share: 96, kind: "ExternalAzureAD" },
  { domain: "adatum.example", company: "Adatum", share: 71, kind: "ExternalAzureAD" },
  { domain: "northwind.example", company: "Northwind Traders", share: 62, kind: "ExternalAzureAD" },
  { domain: "litware.example", company: "Litware", share: 48, kind: "ExternalAzureAD" },
  { domain: "tailspin.example", company: "Tailspin Toys", share: 41, kind: "mail" },
  { domain: "proseware.example", company: "Proseware", share: 33, kind: "google.com" },
  { domain: "wingtip.example", company: "Wingtip", share: 24, kind: "ExternalAzureAD" },
  { domain: "lamna.example", company: "Lamna Healthcare", share: 15, kind: "mail" },
  { domain: "relecloud.example", company: "Relecloud", share: 10, kind: "MicrosoftAccount" },
];

const givenNames =
  "Ana Bo Carla Dmitri Elif Freja Gustav Hana Ida João Kaveh Lena Mads Nadia Oskar Priya Quentin Rosa Søren Tove Uma Viktor Wen Ximena Yusuf Zoë".split(
    " ",
  );
const surnames =
  "Albrecht Bakker Castillo Dahl Eriksen Fischer García Hansen Ibsen Jørgensen Kowalski Lindqvist Möller Nguyen Okafor Petrov Quispe Rossi Schmidt Tanaka Ünal Varga Winther Xu Yilmaz Zeman".split(
    " ",
  );

const day = 24 * 60 * 60 * 1000;
/** The first guests came so many days ago. */
const oldest = 960;

/**
 * Puts guests of nine domains into a data folder, once, as if they had come over the years: pending and accepted ones,
 * with and without sponsors, some who have not been here for long, some in the recycle bin, and a few external members.
 * The same number makes the same guests, apart from their ids.
 *
 * @param number how many live guests; a fortieth more are in the recycle bin
 */
export function seedGuests(store: TenantStore, number: number): void {
  const { database } = store;
  const part = "seeded guests";
  if (number === 0 || database.prepare("SELECT 1 FROM settings WHERE name = ?").get(part) !== undefined) return;
  const guests = new GuestMaker(store, number);
  database.write(() => {
    for (let index = 0; index < number; index++) guests.add("Guest");
    for (let index = 0; index < Math.ceil(number / 100); index++) guests.add("Member");
    for (let index = 0; index < Math.ceil(number / 40); index++) guests.add("Guest", "deleted");
    database.prepare("INSERT INTO settings (name, value) VALUES (?, 'true')").run(part);
  });
}

/** Makes one guest after another, by a chance that is the same each time. */
class GuestMaker {
  readonly #store: TenantStore;
  readonly #number: number;
  readonly #chance = repeatableChance();
  readonly #addresses = new Set<string>();
  readonly #sponsors: readonly string[];
  readonly #former: string;
  readonly #groups: readonly string[];
  #made = 0;

  constructor(store: TenantStore, number: number) {
    this.#store = store;
    this.#number = number;
    const { users, groups, settings } = store;
    const members = users.currentUsers("live").filter((user) => user.userType === "Member" && user.accountEnabled);
    this.#sponsors = members.map(({ id }) => id);
    const named = ["Partners", "Suppliers"];
    this.#groups = [...groups.list()].flatMap(({ object }) => (named.includes(object.displayName) ? [object.id] : []));
    const address = `anders@${settings.domain}`;
    const former = newUser({
      id: randomUUID(),
      displayName: "Anders Friis",
      createdDateTime: settings.createdDateTime,
      userPrincipalName: address,
      userType: "Member",
      mail: address,
      mailNickname: "anders",
      proxyAddresses: [`SMTP:${address}`],
      accountEnabled: false,
    });
    this.#former = former.id;
    store.database.write(() => users.save(former, 0));
  }

  add(userType: User["userType"], place: "live" | "deleted" = "live"): void {
    const { users, invitations, groups, settings } = this.#store;
    const partner = this.#partner();
    const [given, surname] = [this.#oneOf(givenNames), this.#oneOf(surnames)];
    const emailAddress = this.#address(given, surname, partner.domain);
    const invited = Math.ceil(oldest * this.#chance() ** 1.6) + 1;
    const request = { emailAddress, displayName: `${given} ${surname}`, userType, sponsors: this.#sponsorsOfOne() };
    const guest: User = {
      ...newGuest(this.#store, request),
      companyName: partner.company,
      ...this.#life(invited, partner.kind, emailAddress),
      ...(place === "deleted" && { deletedDateTime: this.#ago(1 + 27 * this.#chance()) }),
    };
    users.save(guest, 0);
    invitations.add(
      {
        id: randomUUID(),
        userId: guest.id,
        emailAddress,
        redirectUrl: "https://myapps.microsoft.com",
        appId: settings.clientId,
        createdDateTime: guest.createdDateTime,
        message: null,
        language: null,
        cc: [],
        reset: false,
      },
      randomBytes(32).toString("base64url"),
    );
    const [group] = this.#groups.length > 0 && this.#chance() < 0.25 ? [this.#oneOf(this.#groups)] : [];
    if (group !== undefined) groups.relate("members", group, guest.id);
  }

  /** When the guest was invited, accepted and was here last, and with what account. */
  #life(invited: number, usual: AccountKind, emailAddress: string): Partial<User> {
    const createdDateTime = this.#ago(invited);
    // Who was invited lately may still accept; some never do.
    if (this.#chance() < (invited < 30 ? 0.55 : 0.11)) {
      return { createdDateTime, externalUserStateChangeDateTime: createdDateTime };
    }
    const accepted = Math.max(0.1, invited - 20 * this.#chance() ** 3);
    const kind = this.#chance() < 0.06 ? "MicrosoftAccount" : usual;
    const guest = newGuest(this.#store, { emailAddress, displayName: null, userType: "Guest", sponsors: [] });
    const never = this.#chance() < 0.04;
    const lastHere = Math.min(accepted, accepted * this.#chance() ** 2.2);
    return {
      createdDateTime,
      externalUserState: "Accepted",
      externalUserStateChangeDateTime: this.#ago(accepted),
      identities: redeemedWith(guest, kind),
      signInActivity: never ? null : signedInAt(this.#ago(lastHere), randomUUID()),
      accountEnabled: this.#chance() >= 0.03,
    };
  }

  #sponsorsOfOne(): string[] {
    const chance = this.#chance();
    if (chance < 0.12 || this.#sponsors.length === 0) return [];
    if (chance < 0.19) return [this.#former];
    if (chance < 0.23) return this.#groups.slice(0, 1);
    const first = this.#oneOf(this.#sponsors);
    return chance < 0.9 ? [first] : [...new Set([first, this.#oneOf(this.#sponsors)])];
  }

  /** The partner whose turn it is: the shares are kept exactly, whatever the number. */
  #partner(): (typeof partners)[number] {
    const whole = partners.reduce((sum, { share }) => sum + share, 0);
    const turn = ((this.#made++ % this.#number) + 0.5) * (whole / this.#number);
    let sum = 0;
    for (const partner of partners) {
      sum += partner.share;
      if (turn < sum) return partner;
    }
    return partners[0] as (typeof partners)[number];
  }

  /** `soren.dahl@…`; a taken address gets a number. */
  #address(given: string, surname: string, domain: string): string {
    const local = `${given}.${surname}`
      .toLowerCase()
      .replaceAll("ø", "o")
      .normalize("NFD")
      .replace(/[^a-z.]/g, "");
    for (let number = 1; ; number++) {
      const address = `${local}${number === 1 ? "" : number}@${domain}`;
      if (this.#addresses.has(address)) continue;
      this.#addresses.add(address);
      return address;
    }
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#chance() * choices.length)] as T;
  }

  #ago(days: number): string {
    return new Date(this.#store.now().getTime() - days * day).toISOString();
  }
}

/** Numbers from 0 to 1 that look like chance and are the same each time (the generator "mulberry32"). */
function repeatableChance(): () => number {
  let state = 14;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
