import { canonicalAddress } from "../../model/email-address.ts";

/**
 * Which guests the running program still lists. One guest can stand behind two resources of a run: a list that was
 * renamed without an alias, or an address that changed to another address of the same person. The engine creates the
 * new resource first and then deletes the old one; without this record that would delete a guest who is on the list.
 */
export class Claims {
  readonly #urnByAddress = new Map<string, string>();
  readonly #created = new Set<string>();

  /** The program declares a guest with this address. */
  declare(urn: string, address: string): void {
    this.#urnByAddress.set(canonicalAddress(address), urn);
  }

  /** An operation of this run made, restored or adopted this user. */
  created(userId: string): void {
    this.#created.add(userId);
  }

  /**
   * @param urn the resource about to be deleted
   * @returns true where its guest stays on the list, by another resource or by the one that replaces this
   */
  isStillListed(urn: string, userId: string, address: string): boolean {
    const listedBy = this.#urnByAddress.get(canonicalAddress(address));
    return this.#created.has(userId) || (listedBy !== undefined && listedBy !== urn);
  }
}
