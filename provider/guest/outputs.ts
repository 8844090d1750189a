import type { InvitationState } from "../../model/names.ts";
import { type GraphUser, invitationState, type UserChanges } from "../microsoft/graph-users.ts";
import { type Properties, type PropertyValue, secret, unknownValue } from "../pulumi/resource-provider.ts";
import { type DirectoryProperty, directoryProperties, graphName, type InvitationInputs } from "./invitation-inputs.ts";

/** What the provider knows about a guest beyond the inputs. */
export interface Facts {
  userId: string;
  userPrincipalName?: string | undefined;
  state: InvitationState;
  /** ISO 8601, UTC. */
  invitedAt?: string | undefined;
  adopted: boolean;
  redeemUrl?: string | undefined;
}

/** The outputs of the resource: its inputs, and what the directory says. The redeem URL is a secret. */
export function outputs(inputs: Partial<InvitationInputs>, facts: Facts): Properties {
  const { redeemUrl, ...plain } = facts;
  return dropUndefined({
    ...(inputs as Properties),
    ...plain,
    redeemUrl: redeemUrl === undefined ? undefined : secret(redeemUrl),
  });
}

/**
 * The outputs as far as a preview can tell them: what is declared, and of the rest what is there already; what only
 * the invitation brings about is unknown.
 */
export function previewOutputs(inputs: Properties, before: Properties | undefined): Properties {
  if (before !== undefined) return outputs(inputs as Partial<InvitationInputs>, factsOf(before));
  const unknowns = factNames.map((name): [string, PropertyValue] => [name, unknownValue]);
  return { ...inputs, ...Object.fromEntries(unknowns) };
}

/** The facts that an earlier operation put into the outputs. */
export function factsOf(properties: Properties): Facts {
  return Object.fromEntries(factNames.map((name) => [name, properties[name]])) as unknown as Facts;
}

const factNames = ["userId", "userPrincipalName", "state", "invitedAt", "adopted", "redeemUrl"] as const;

/** The facts, with what the directory says now. */
export function withLiveFacts(facts: Facts, user: GraphUser): Facts {
  return {
    ...facts,
    userId: user.id,
    userPrincipalName: user.userPrincipalName ?? undefined,
    state: invitationState(user),
  };
}

/**
 * The inputs as the directory has them: those directory properties that are declared take their live value, so that
 * the next preview shows what somebody changed by hand.
 */
export function withLiveInputs(inputs: Partial<InvitationInputs>, user: GraphUser): Properties {
  const live = directoryProperties
    .filter((property) => inputs[property] !== undefined)
    .map((property): [string, PropertyValue | undefined] => [property, liveValue(user, property) ?? undefined]);
  return dropUndefined({ ...(inputs as Properties), ...Object.fromEntries(live) });
}

/** The directory properties that are declared and differ from the directory, by Graph's names. */
export function directoryChanges(inputs: InvitationInputs, user: GraphUser): UserChanges {
  return userChanges(
    inputs,
    directoryProperties.filter(
      (property) => inputs[property] !== undefined && inputs[property] !== liveValue(user, property),
    ),
  );
}

/** The declared values of these properties, as a PATCH has them. */
export function userChanges(inputs: InvitationInputs, properties: DirectoryProperty[]): UserChanges {
  return Object.fromEntries(properties.map((property) => [graphName(property), inputs[property]]));
}

/** The value that the directory has for a property. */
export function liveValue(user: GraphUser, property: DirectoryProperty): string | boolean | null | undefined {
  return user[graphName(property) as keyof UserChanges];
}

function dropUndefined(properties: Record<string, PropertyValue | undefined>): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Properties;
}
