import { isNotFound } from "../graph/errors.ts";
import { deleteUser, patchUser } from "../graph/guests.ts";
import type { Properties } from "../grpc/properties.ts";
import type { ResourceRequest } from "../grpc/resource-provider.ts";
import type { Context } from "./context.ts";
import { failure } from "./failure.ts";
import { knownInputs } from "./inputs.ts";
import { factsOf } from "./outputs.ts";

/**
 * Removes a guest whom the stack invited, as `onDelete` says. One who was in the tenant before the stack stays as they
 * are; one who is gone already is no error; one who is still on the list by another resource is left alone.
 */
export async function deleteInvitation(
  { graph, engine, claims }: Context,
  { id, urn, outputs, deadline }: ResourceRequest & { id: string; outputs: Properties },
): Promise<void> {
  const { userEmailAddress: address, onDelete } = knownInputs(outputs);
  if (claims.isStillListed(urn, id, address)) {
    engine.log(
      "info",
      `${address} (object id ${id}) is still on the list by another resource: left in the tenant.`,
      urn,
    );
    return;
  }
  if (factsOf(outputs).adopted) {
    engine.log("info", `${address} was a guest before this stack: left in the tenant.`, urn);
    return;
  }
  switch (onDelete) {
    case "keep":
      return;
    case "disable":
      return patchUser(graph, id, { accountEnabled: false }, deadline).catch((error) => {
        if (!isNotFound(error)) throw failure("disable", address, error);
      });
    default:
      return deleteUser(graph, id, deadline).catch((error) => {
        throw failure("delete", address, error);
      });
  }
}
