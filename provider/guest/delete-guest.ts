import { canonicalAddress } from "../../model/email-address.ts";
import { shortList } from "../../model/guest-list.ts";
import { guestInvitationsToken } from "../../model/names.ts";
import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants } from "../microsoft/graph-relationships.ts";
import { patchUser } from "../microsoft/graph-users.ts";
import type { Engine, RecordedRequest } from "../pulumi/resource-provider.ts";
import { knownInputs } from "./checked-inputs.ts";
import { type Directory, removeUser } from "./guest-look-up.ts";
import { factsOf, type ListOfGuest } from "./guest-state.ts";

/**
 * Removes a guest that the stack owns, as `onDelete` says. An adopted guest stays, without the access that the list gave.
 * A guest who is still on the list by another resource is left alone. A guest who is gone already is no error.
 */
export async function deleteGuest(
  context: Directory & { engine: Engine; claims: Claims },
  { id, urn, inputs, outputs, deadline }: RecordedRequest,
): Promise<void> {
  const { graph, engine, claims } = context;
  const { userEmailAddress: address, onDelete, grants } = knownInputs(inputs);
  claims.deleting(address);
  if (claims.isStillListed(urn, id, address)) {
    engine.log(
      "info",
      `${address} (object id ${id}) is still on the list by another resource: left in the tenant.`,
      urn,
    );
    return;
  }
  // The resources that gave the access leave this to us: they would fail once the guest is gone.
  await releaseGrants(graph, id, grants, deadline).catch((error) => {
    throw cannot("take access from", address, error);
  });
  if (factsOf(outputs).adopted) {
    engine.log("info", `${address} was a guest before this stack: left in the tenant.`, urn);
    return;
  }
  switch (onDelete) {
    case "keep":
      return;
    case "disable":
      return patchUser(graph, id, { accountEnabled: false }, deadline).catch((error) => {
        if (!isNotFound(error)) throw cannot("disable", address, error);
      });
    default:
      return removeUser(context, id, address, deadline);
  }
}

/**
 * What a run knows of who lists whom. One guest can stand behind two resources of a run: a list that was renamed without
 * an alias, an address that changed to another address of the same person, a guest on two lists. The engine creates the
 * new resource first and then deletes the old one; without this record that would delete a guest who is on the list.
 */
export class Claims {
  readonly #warn: (message: string, urn: string) => void;
  readonly #urnByAddress = new Map<string, string>();
  readonly #addressesByList = new Map<string, Set<string>>();
  readonly #formerByList = new Map<string, ReadonlySet<string>>();
  readonly #holders = new Map<string, Map<string, Holding>>();
  readonly #told = new Set<string>();
  readonly #made = new Map<string, Made>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #resources = new Set<string>();
  readonly #settled = new Map<string, ReadonlySet<string>>();

  /** @param warn tells the person who runs Pulumi of guests who are declared twice */
  constructor(warn: (message: string, urn: string) => void = () => {}) {
    this.#warn = warn;
  }

  /** The program declares a guest with this address. */
  declare(urn: string, address: string): void {
    const key = canonicalAddress(address);
    const other = this.#urnByAddress.get(key);
    this.#urnByAddress.set(key, urn);
    // Of guests on two lists, the lists tell.
    if (other === undefined || other === urn || this.#lists(key).length > 1) return;
    const message = `${key} is declared twice, by "${nameOf(other)}" and "${nameOf(urn)}": the guest gets one invitation, and stays until both are gone.`;
    this.#warn(message, urn);
  }

  /**
   * The program declares a list with these addresses.
   *
   * @param formerly addresses that its guests had before
   * @returns what is wrong with both beside the other lists: an earlier address is nobody else's
   */
  list(urn: string, addresses: readonly string[], formerly: readonly string[] = []): string[] {
    this.#addressesByList.delete(urn);
    const clashes = this.#formerClashes(urn, new Set(addresses.map(canonicalAddress)), formerly.map(canonicalAddress));
    this.#formerByList.set(urn, new Set(formerly.map(canonicalAddress)));
    const listed = new Set(addresses.map(canonicalAddress));
    const overlaps = [...this.#addressesByList].flatMap(([other, others]) => {
      const both = [...listed].filter((address) => others.has(address));
      return both.length === 0 ? [] : [`"${nameOf(other)}" and "${nameOf(urn)}" both list ${named(both)}`];
    });
    this.#addressesByList.set(urn, listed);
    if (overlaps.length === 0) return clashes;
    const rule = "Each of them gets one invitation, from whichever list comes first, and stays until both lists let go";
    this.#warn(`${overlaps.join("; ")}. ${rule}. Keep each guest on one list.`, urn);
    return clashes;
  }

  #formerClashes(urn: string, listed: ReadonlySet<string>, formerly: readonly string[]): string[] {
    const told = (former: string[], list: string, other: string) =>
      former.length === 0
        ? []
        : [
            `"${nameOf(list)}" says that its guests had ${named(former)} before, and "${nameOf(other)}" has that address too. ` +
              "An earlier address belongs to one guest only: keep it at the guest who had it",
          ];
    const others = [...new Set([...this.#addressesByList.keys(), ...this.#formerByList.keys()])].filter(
      (other) => other !== urn,
    );
    return others.flatMap((other) => {
      const [theirs, theirFormer] = [this.#addressesByList.get(other), this.#formerByList.get(other)];
      const claimed = formerly.filter((address) => theirs?.has(address) || theirFormer?.has(address));
      const taken = [...(theirFormer ?? [])].filter((address) => listed.has(address));
      return [...told(claimed, urn, other), ...told(taken, other, urn)];
    });
  }

  /** Whether any list or resource of the running program names the address. */
  isListed(address: string): boolean {
    const key = canonicalAddress(address);
    return this.#urnByAddress.has(key) || this.#lists(key).length > 0;
  }

  #lists(key: string): string[] {
    return [...this.#addressesByList].flatMap(([urn, addresses]) => (addresses.has(key) ? [urn] : []));
  }

  /**
   * The list that a guest's resource belongs to.
   *
   * @param urn the resource
   * @returns `undefined` for a resource that no component made
   */
  listOfGuest(urn: string, address: string): ListOfGuest | undefined {
    if (!urn.includes(`${guestInvitationsToken}$`)) return undefined;
    const sizes = this.#lists(canonicalAddress(address)).map((list) => this.#addressesByList.get(list)?.size ?? 0);
    return { isLong: sizes.some((size) => size > shortList) };
  }

  /** A resource that the program declares stands for this user, whom it knows by this address. */
  hold(urn: string, userId: string, { address, adopted }: Holding): void {
    const holding = { address: canonicalAddress(address), adopted };
    this.#holders.set(userId, (this.#holders.get(userId) ?? new Map<string, Holding>()).set(urn, holding));
    const other = this.sharing(userId, holding.address);
    if (other === undefined) return;
    const pair = [holding.address, other.address].sort().join(" and ");
    if (this.#told.has(pair)) return;
    this.#told.add(pair);
    const rule = "Microsoft keeps one guest for one account, who stays until both are off the list";
    this.#warn(`${pair} are addresses of one account (object id ${userId}): ${rule}. Keep one of the two.`, urn);
  }

  /** The guest as another resource of this run has them, by another address of the same account. */
  sharing(userId: string, address: string): Holding | undefined {
    const holders = [...(this.#holders.get(userId)?.values() ?? [])];
    return holders.find((holding) => holding.address !== canonicalAddress(address));
  }

  /**
   * An operation of this run made, restored or adopted this user.
   *
   * @param ownership "not decided" where the directory has yet to tell who the guest is
   */
  created(urn: string, address: string, made: Made, ownership: "decided" | "not decided" = "decided"): void {
    this.#made.set(canonicalAddress(address), made);
    this.hold(urn, made.userId, { address, adopted: ownership === "decided" ? made.adopted : undefined });
  }

  /** Whom this run made, restored or adopted under the address already, for another resource. */
  madeFor(address: string): Made | undefined {
    return this.#made.get(canonicalAddress(address));
  }

  /** Whether a resource that the program declares stands for this user, the one with that URN aside. */
  isHeld(userId: string, except?: string): boolean {
    const declared = new Set(this.#urnByAddress.values());
    const holders = [...(this.#holders.get(userId)?.keys() ?? [])];
    // Without the declaration it is only being refreshed.
    if (holders.some((holder) => holder !== except && declared.has(holder))) return true;
    return [...this.#made.values()].some((made) => made.userId === userId);
  }

  /** Lets one after another work on the same address, so that two resources for one guest don't send two mails. */
  inTurn<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
    const key = canonicalAddress(address);
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    this.#turns.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Resolves once nobody works on the address. */
  async turnOf(address: string): Promise<void> {
    await this.#turns.get(canonicalAddress(address));
  }

  /** The engine deletes a resource with this address: the state had one. */
  deleting(address: string): void {
    this.#resources.add(canonicalAddress(address));
  }

  /** Whether this run deletes, or has deleted, a resource with this address. */
  hasResource(address: string): boolean {
    return this.#resources.has(canonicalAddress(address));
  }

  /** The end of a list goes, and tells for whom the state had a resource when the last run ended. */
  settled(list: string, addresses: ReadonlySet<string>): void {
    this.#settled.set(list, addresses);
  }

  settledOf(list: string): ReadonlySet<string> {
    return this.#settled.get(list) ?? new Set();
  }

  /**
   * @param urn the resource about to be deleted
   * @returns true where its guest stays on the list, by another resource or by the one that replaces this
   */
  isStillListed(urn: string, userId: string, address: string): boolean {
    const listedBy = this.#urnByAddress.get(canonicalAddress(address));
    if (listedBy !== undefined && listedBy !== urn) return true;
    return this.isHeld(userId, urn);
  }
}

/** That a resource stands for a user. */
interface Holding {
  address: string;
  /** `undefined` while that is not decided. */
  adopted: boolean | undefined;
}

/** A user whom this run made, restored or adopted. */
interface Made {
  userId: string;
  adopted: boolean;
}

/** The name at the end of a URN. */
function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** More names than this make a line that nobody reads. */
const mostNamed = 10;

function named(addresses: readonly string[]): string {
  const more = addresses.length > mostNamed ? ` and ${addresses.length - mostNamed} more` : "";
  return `${addresses.slice(0, mostNamed).join(", ")}${more}`;
}
