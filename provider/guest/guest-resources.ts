import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import { isUnknown, type Resource } from "../pulumi/resource-provider.ts";
import { checkInvitation } from "./checked-inputs.ts";
import { createGuest } from "./create-guest.ts";
import { type Claims, deleteGuest } from "./delete-guest.ts";
import type { FreshLookUps } from "./guest-look-up.ts";
import { diffInvitation, previewOutputs } from "./guest-state.ts";
import type { MailContext } from "./mail-guest.ts";
import { readGuest } from "./read-guest.ts";
import { updateGuest } from "./update-guest.ts";

/** What the operations of a run work with: the tenant's directory, the engine, and what the run knows already. */
export interface Context extends MailContext {
  signIn: SignInKind;
  claims: Claims;
  lookUps: FreshLookUps;
}

/** `entra-guests:index:Invitation`: one guest. */
export function invitationResource(context: () => Context, claims: Claims): Resource {
  return {
    check(urn, news, olds) {
      const address = news.userEmailAddress;
      if (typeof address === "string" && !isUnknown(address)) claims.declare(urn, address);
      return checkInvitation(news, olds);
    },
    diff(oldInputs, newInputs, state) {
      if (state !== undefined) claims.hold(state.urn, state.id);
      return diffInvitation(oldInputs, newInputs);
    },
    preview: previewOutputs,
    create: async (request) => createGuest(context(), request),
    read: async (request) => readGuest(context(), request),
    update: async (request) => updateGuest(context(), request),
    delete: async (request) => deleteGuest(context(), request),
  };
}
