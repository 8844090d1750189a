import { canonicalAddress } from "../../model/email-address.ts";
import type { Deadline } from "../deadline.ts";
import { cannot } from "../microsoft/graph-errors.ts";
import { findUser, type GraphUser, isExternal } from "../microsoft/graph-users.ts";
import type { Properties, ReadResult, ResourceRequest } from "../pulumi/resource-provider.ts";
import type { Context } from "./context.ts";
import { liveSponsors } from "./directory.ts";
import { lookUpGuest } from "./guest-look-up.ts";
import { directoryProperties, inputsSchema, knownInputs } from "./invitation-inputs.ts";
import { factsOf, liveValue, outputs, withLiveFacts, withLiveInputs } from "./outputs.ts";
import { findSettledUser } from "./replication.ts";

/**
 * Reads a guest for a refresh, or for an import by object id or e-mail address.
 *
 * @returns the guest as the directory has them, or `undefined` where they are gone
 */
export async function readInvitation(
  context: Context,
  request: ResourceRequest & { id: string; inputs: Properties; outputs: Properties },
): Promise<ReadResult | undefined> {
  return Object.keys(request.inputs).length === 0 ? importGuest(context, request) : refresh(context, request);
}

async function refresh(
  context: Context,
  { id, inputs: properties, outputs: before, deadline }: ResourceRequest & ReadResult,
): Promise<ReadResult | undefined> {
  const declared = knownInputs(properties);
  const facts = factsOf(before);
  try {
    const user = await findSettledUser(context, id, facts.invitedAt, deadline);
    if (user === undefined) return undefined;
    const inputs = withLiveInputs(declared, user);
    const sponsors = await liveSponsors(context.graph, id, declared.sponsors, deadline);
    if (sponsors !== undefined) inputs.sponsors = sponsors;
    return { id, inputs, outputs: outputs(inputs, withLiveFacts(facts, user)) };
  } catch (error) {
    throw cannot("read", declared.userEmailAddress, error);
  }
}

async function importGuest(
  context: Context,
  { id, deadline }: ResourceRequest & { id: string },
): Promise<ReadResult | undefined> {
  const user = id.includes("@") ? await guestByAddress(context, id, deadline) : await guestById(context, id, deadline);
  if (user === undefined) return undefined;
  const inputs = importedInputs(user, id.includes("@") ? id : undefined);
  const facts = { userId: user.id, state: "PendingAcceptance", adopted: true } as const;
  return {
    id: user.id,
    inputs,
    outputs: outputs(inputs, withLiveFacts({ ...facts, invitedAt: user.createdDateTime ?? undefined }, user)),
  };
}

async function guestById({ graph }: Context, id: string, deadline: Deadline): Promise<GraphUser | undefined> {
  const user = await findUser(graph, id, deadline).catch((error) => {
    throw cannot("read", `the user ${id}`, error);
  });
  if (user !== undefined && !isExternal(user)) {
    throw new Error(
      `Cannot import ${id}: ${user.userPrincipalName} is a member of the organisation and no guest. Import guests by object id or e-mail address.`,
    );
  }
  return user;
}

async function guestByAddress(context: Context, address: string, deadline: Deadline): Promise<GraphUser | undefined> {
  const found = await lookUpGuest(context, address, deadline);
  if (found.kind === "not allowed") {
    throw new Error(
      `Cannot look up ${address}: the application needs the Microsoft Graph application permission User.Read.All to import a guest by e-mail address.`,
    );
  }
  return found.kind === "guest" ? found.user : undefined;
}

/** What the directory can tell of the declaration: everything but the invitation's redirect URL and message. */
function importedInputs(user: GraphUser, address: string | undefined): Properties {
  const { sendInvitation, existing, onDelete } = inputsSchema.shape;
  const live = directoryProperties
    .map((property) => [property, liveValue(user, property)] as const)
    // An account is enabled and a user type is Guest unless somebody says otherwise: not worth a line of code.
    .filter(([property, value]) => value !== null && value !== undefined && value !== usualValues[property]);
  return {
    userEmailAddress: canonicalAddress(address ?? user.mail ?? ""),
    ...(Object.fromEntries(live) as Properties),
    sendInvitation: sendInvitation.parse(undefined),
    existing: existing.parse(undefined),
    onDelete: onDelete.parse(undefined),
  };
}

const usualValues: Record<string, unknown> = { accountEnabled: true, userType: "Guest" };
