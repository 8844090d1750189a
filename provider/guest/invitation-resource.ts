import { isUnknown, type Resource } from "../pulumi/resource-provider.ts";
import type { Claims } from "./claims.ts";
import type { Context } from "./context.ts";
import { createInvitation } from "./create-guest.ts";
import { deleteInvitation } from "./delete.ts";
import { checkInvitation } from "./invitation-check.ts";
import { diffInvitation } from "./invitation-diff.ts";
import { previewOutputs } from "./outputs.ts";
import { readInvitation } from "./read.ts";
import { updateInvitation } from "./update.ts";

/** `entra-guests:index:Invitation`: one guest. */
export function invitationResource(context: () => Context, claims: Claims): Resource {
  return {
    check(urn, news) {
      const address = news.userEmailAddress;
      if (typeof address === "string" && !isUnknown(address)) claims.declare(urn, address);
      return checkInvitation(news);
    },
    diff: diffInvitation,
    preview: previewOutputs,
    create: async (request) => createInvitation(context(), request),
    read: async (request) => readInvitation(context(), request),
    update: async (request) => updateInvitation(context(), request),
    delete: async (request) => deleteInvitation(context(), request),
  };
}
