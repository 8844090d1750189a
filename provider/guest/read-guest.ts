import { canonicalAddress } from "../../model/email-address.ts";
import { directoryProperties, type InvitationInputs, usualInputs } from "../../model/invitation.ts";
import type { Deadline } from "../deadline.ts";
import type { GraphClient } from "../microsoft/graph-client.ts";
import { cannot } from "../microsoft/graph-errors.ts";
import { readSponsors, sponsorIds } from "../microsoft/graph-relationships.ts";
import { findUser, fullLookUp, type GraphUser, isExternal, usersByMail } from "../microsoft/graph-users.ts";
import type { Properties, RecordedRequest, RecordedResource } from "../pulumi/resource-provider.ts";
import { knownInputs } from "./checked-inputs.ts";
import { type Directory, findSettledUser, lookUpGuest } from "./guest-look-up.ts";
import { factsOf, formOf, liveFacts, liveValue, outputs, sameAddress, withLiveInputs } from "./guest-state.ts";
import { isAdopted } from "./origin.ts";

/**
 * Guests of a list that a refresh reads some hundred at a time, and the next hundreds while these are seen to. Each
 * answer serves one guest once; whoever it does not show is read alone, for a guest may have another address by now.
 */
export class ReadAhead {
  readonly #groups = new Map<string, Group>();

  /** These are read next. */
  expect(addresses: readonly string[]): void {
    let next: Group | undefined;
    for (let end = addresses.length; end > 0; end -= fullLookUp) {
      const group: Group = { addresses: addresses.slice(Math.max(end - fullLookUp, 0), end), next, users: undefined };
      for (const address of group.addresses) this.#groups.set(canonicalAddress(address), group);
      next = group;
    }
  }

  /** The guest, where the look-up of their part of the list shows them. */
  async take({ graph }: Directory, id: string, address: string, deadline: Deadline): Promise<GraphUser | undefined> {
    const group = this.#groups.get(canonicalAddress(address));
    if (group === undefined) return undefined;
    const users = await usersOf(graph, group, deadline);
    if (group.next !== undefined) void usersOf(graph, group.next, deadline);
    const user = users.get(id);
    users.delete(id);
    return user;
  }
}

function usersOf(graph: GraphClient, group: Group, deadline: Deadline): Promise<Map<string, GraphUser>> {
  // What went wrong is told by the read of each guest.
  group.users ??= usersByMail(graph, group.addresses, deadline).then(
    (users) => new Map(users.map((user) => [user.id, user])),
    () => new Map(),
  );
  return group.users;
}

/** A part of a list that is looked up together. */
interface Group {
  addresses: readonly string[];
  next: Group | undefined;
  users: Promise<Map<string, GraphUser>> | undefined;
}

/**
 * Reads a guest for a refresh, or for an import by object id or e-mail address.
 *
 * @returns the guest as the directory has them, or `undefined` where they are gone
 */
export async function readGuest(
  directory: Directory & { readAhead: ReadAhead },
  request: RecordedRequest,
): Promise<RecordedResource | undefined> {
  const isImport = Object.keys(request.inputs).length === 0;
  return isImport ? importGuest(directory, request.id, request.deadline) : refresh(directory, request);
}

async function refresh(
  directory: Directory & { readAhead: ReadAhead },
  { id, inputs: properties, outputs: before, deadline }: RecordedRequest,
): Promise<RecordedResource | undefined> {
  const declared = knownInputs(properties);
  const facts = factsOf(before);
  try {
    const user =
      (await directory.readAhead.take(directory, id, declared.userEmailAddress, deadline)) ??
      (await findSettledUser(directory, id, facts.invitedAt, deadline));
    if (user === undefined) return undefined;
    const inputs = withLiveInputs(properties as Partial<InvitationInputs>, user);
    const sponsors = await liveSponsors(directory, id, declared.sponsors, deadline);
    if (sponsors !== undefined) inputs.sponsors = sponsors;
    const live = { ...facts, ...liveFacts(user) };
    // A run that was cut short may have changed the address: the next one tells by this time whether it also invited.
    const isUnderWay = user.mail && !sameAddress(user.mail, declared.userEmailAddress);
    return {
      id,
      inputs,
      outputs: outputs(inputs, isUnderWay ? { ...live, stateChangedAt: facts.stateChangedAt } : live, formOf(before)),
    };
  } catch (error) {
    throw cannot("read", declared.userEmailAddress, error);
  }
}

/** The declared sponsors that the guest still has. Looked up only where sponsors are declared. */
async function liveSponsors(
  { graph }: Directory,
  guestId: string,
  declared: string[] | undefined,
  deadline: Deadline,
): Promise<string[] | undefined> {
  if (declared === undefined || declared.length === 0) return declared;
  const current = await readSponsors(graph, guestId, deadline);
  const present = await Promise.all(
    declared.map(async (sponsor) => {
      const [id] = await sponsorIds(graph, [sponsor], deadline).catch(() => []);
      return id !== undefined && current.includes(id);
    }),
  );
  return declared.filter((_, index) => present[index]);
}

async function importGuest(
  directory: Directory,
  id: string,
  deadline: Deadline,
): Promise<RecordedResource | undefined> {
  const address = id.includes("@") ? id : undefined;
  const user =
    address === undefined
      ? await guestById(directory, id, deadline)
      : await guestByAddress(directory, address, deadline);
  if (user === undefined) return undefined;
  const inputs = importedInputs(user, address);
  const adopted = isAdopted("before the stack", inputs.existing);
  return {
    id: user.id,
    inputs,
    outputs: outputs(inputs, { ...liveFacts(user), invitedAt: user.createdDateTime ?? undefined, adopted }),
  };
}

async function guestById({ graph }: Directory, id: string, deadline: Deadline): Promise<GraphUser | undefined> {
  const user = await findUser(graph, id, deadline).catch((error) => {
    throw cannot("read", `the user ${id}`, error);
  });
  if (user !== undefined && !isExternal(user)) {
    throw new Error(
      `Cannot import ${id}: ${user.userPrincipalName} is a member of the organisation, not a guest. Import guests by object id or e-mail address.`,
    );
  }
  return user;
}

async function guestByAddress(
  directory: Directory,
  address: string,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  const found = await lookUpGuest(directory, address, deadline);
  if (found.kind === "not allowed") {
    throw new Error(
      `Cannot look up ${address}: the application needs the Microsoft Graph application permission User.Read.All to import a guest by e-mail address.`,
    );
  }
  return found.kind === "guest" ? found.user : undefined;
}

/** What the directory can tell of the declaration; it does not know the invitation's redirect URL and message. */
function importedInputs(user: GraphUser, address: string | undefined) {
  const live = directoryProperties
    .map((property) => [property, liveValue(user, property)] as const)
    // An account is enabled and a user type is Guest unless somebody says otherwise: not worth a line of code.
    .filter(([property, value]) => value !== null && value !== undefined && value !== usualValues[property]);
  return {
    userEmailAddress: canonicalAddress(address ?? user.mail ?? ""),
    ...(Object.fromEntries(live) as Properties),
    ...usualInputs,
  };
}

const usualValues: Record<string, unknown> = { accountEnabled: true, userType: "Guest" };
