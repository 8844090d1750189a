/** The component `entra-guests:index:GuestInvitations`: what it takes and what it tells, in every language. */
import { z } from "zod";
import { guestDefaults, guestSchema } from "./guest.ts";
import { listSettings } from "./guest-list.ts";
import { invitationOutputs } from "./invitation.ts";
import { namesWhere, properties, types } from "./property.ts";

/** What the component takes. A program in TypeScript may hand over functions beside it. */
export const guestInvitationsInputs = z.strictObject({
  guests: z
    .array(guestSchema)
    .meta({
      description: "The guests. Their order means nothing: each resource is named after the guest's address.",
    })
    .register(properties, { change: "nothing", plain: true }),
  ...guestDefaults,
  ...listSettings,
});

/** Inputs that steer the component: it needs their values while it runs, also in a preview. */
export const plainInputs: readonly string[] = namesWhere(guestInvitationsInputs.shape, ({ plain }) => plain === true);

const { userId, state, userPrincipalName, invitedAt, mailedBy, mailedAt, adopted } = invitationOutputs.shape;

const invitedGuest = z
  .object({
    userId,
    state: state.optional(),
    userPrincipalName,
    invitedAt,
    mailedBy,
    mailedAt,
    adopted: adopted.optional(),
  })
  .meta({ description: "What is known of a guest and may be shown. With engine azuread only userId is there." })
  .register(types, { name: "InvitedGuest" });

/** What may be shown of a guest: everything but the redeem URL. */
export const shownOutputs = Object.keys(invitedGuest.shape) as (keyof typeof invitedGuest.shape)[];

const told = { change: "nothing", setBy: "the provider" } as const;

/** What the component tells. */
export const guestInvitationsOutputs = z.object({
  guests: z
    .record(z.string(), invitedGuest)
    .meta({ description: "What is known of the guests, by address in lower case." })
    .register(properties, told),
  redeemUrls: z
    .record(z.string(), z.string())
    .meta({
      description:
        "The links by which the guests accept, by address in lower case. A secret. Guests who were adopted or restored have none.",
    })
    .register(properties, told),
  invited: z.int().meta({ description: "How many guests the list holds today." }).register(properties, told),
  pending: z
    .int()
    .meta({
      description: "How many of them have not accepted yet. Absent with engine azuread, which does not know.",
    })
    .register(properties, told)
    .optional(),
  accepted: z
    .int()
    .meta({ description: "How many of them have accepted. Absent with engine azuread, which does not know." })
    .register(properties, told)
    .optional(),
});

/** The outputs of the component that are secrets. */
export const secretComponentOutputs: readonly string[] = ["redeemUrls"];
