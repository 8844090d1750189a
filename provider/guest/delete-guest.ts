import { canonicalAddress } from "../../model/email-address.ts";
import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants } from "../microsoft/graph-relationships.ts";
import { deleteUser, patchUser } from "../microsoft/graph-users.ts";
import type { Engine, RecordedRequest } from "../pulumi/resource-provider.ts";
import { knownInputs } from "./checked-inputs.ts";
import { awaitGone, type Directory } from "./guest-look-up.ts";
import { factsOf } from "./guest-state.ts";

/**
 * Removes a guest that the stack owns, as `onDelete` says. An adopted guest stays, without the access that the list gave.
 * A guest who is still on the list by another resource is left alone. A guest who is gone already is no error.
 */
export async function deleteGuest(
  context: Directory & { engine: Engine; claims: Claims },
  { id, urn, inputs, outputs, deadline }: RecordedRequest,
): Promise<void> {
  const { graph, engine, claims } = context;
  const { userEmailAddress: address, onDelete } = knownInputs(outputs);
  if (claims.isStillListed(urn, id, address)) {
    engine.log(
      "info",
      `${address} (object id ${id}) is still on the list by another resource: left in the tenant.`,
      urn,
    );
    return;
  }
  // The resources that gave the access leave this to us: they would fail once the guest is gone.
  await releaseGrants(graph, id, knownInputs(inputs).grants, deadline).catch((error) => {
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
      await deleteUser(graph, id, deadline).catch((error) => {
        throw cannot("delete", address, error);
      });
      return awaitGone(context, id, deadline);
  }
}

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
