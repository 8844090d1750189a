import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { releaseGrants } from "../microsoft/graph-relationships.ts";
import { deleteUser, patchUser } from "../microsoft/graph-users.ts";
import type { Properties, ResourceRequest } from "../pulumi/resource-provider.ts";
import type { Context } from "./context.ts";
import { knownInputs } from "./invitation-inputs.ts";
import { factsOf } from "./outputs.ts";
import { awaitGone } from "./replication.ts";

/**
 * Removes a guest whom the stack invited, as `onDelete` says. One who was in the tenant before the stack stays as they
 * are; one who is gone already is no error; one who is still on the list by another resource is left alone. Whoever
 * stays loses what the list gave them besides.
 */
export async function deleteInvitation(
  context: Context,
  { id, urn, inputs, outputs, deadline }: ResourceRequest & { id: string; inputs: Properties; outputs: Properties },
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
  // The resources that gave it leave this to us: they would fail at a guest who is gone already.
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
