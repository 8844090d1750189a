/** A list of guests: what a stack config says under `guests:`, what a YAML list file says, and the limits of a list. */
import { z } from "zod";
import { accessProfiles, inheritAccess } from "./access.ts";
import { guestDefaults, guestSchema } from "./guest.ts";
import { invitationOutputs } from "./invitation.ts";
import { choice, properties, types } from "./property.ts";

const steers = { change: "nothing", plain: true, azuread: true } as const;

/** How many guests one change may remove, or take access from. */
export const removalLimit = z
  .strictObject({
    guests: z.int().min(0).meta({ description: "A number of guests. Default: 20." }).optional(),
    percent: z
      .number()
      .min(0)
      .max(100)
      .meta({ description: "A share of the list, in percent; one guest may always go. Default: 50." })
      .optional(),
  })
  .meta({
    description:
      "How many guests one change may remove; going over either limit stops it in the preview. Expiry does not count.",
  })
  .register(types, { name: "RemovalLimit", plain: true })
  .register(properties, { change: "nothing", plain: true });

/** The limits where nothing is said: a number of guests, and a share of the list in percent. */
export const usualRemovalLimit = { guests: 20, percent: 50 } as const;

export const allowRemoval = z
  .boolean()
  .meta({
    description: "Lets a change remove more guests than the limit. Set it for the one change that needs it.",
  })
  .register(properties, { change: "nothing", plain: true });

/** Up to so many guests, a stack's outputs tell all of each, and the state keeps each redeem URL until it is used up. */
export const shortList = 500;

/** How many days before the last one a run begins to say that a guest will leave. */
export const usualExpiryNotice = 14;

/** What holds for a list as a whole. */
export const listSettings = {
  accessProfiles: accessProfiles
    .unwrap()
    .register(properties, { ...steers, change: "access" })
    .optional(),
  expiryNotice: z
    .int()
    .min(0)
    .max(365)
    .meta({
      description: "How many days ahead previews announce a guest's last day; 0 for never. Default: 14.",
    })
    .register(properties, steers)
    .optional(),
  removalLimit: removalLimit.optional(),
  allowRemoval: allowRemoval.optional(),
  engine: choice(
    "EngineName",
    {
      "entra-guests": "This project's own resource: changes in place, and never loses a guest.",
      azuread: "azuread.Invitation of the official package, which can do less.",
    },
    "The resource type that stands for a guest. Default: entra-guests.",
  )
    .register(properties, steers)
    .optional(),
};

const invitations = z.array(guestSchema).meta({ description: "The guests." });

const days = (description: string) => z.int().min(1).max(3650).meta({ description });

/** When the command `guests review` proposes something for a guest. Nothing is said: nothing is proposed. */
export const reviewRules = z
  .strictObject({
    pending: days(
      "Days after which a guest who has not accepted is reminded by one mail; after as many more they get a last day.",
    ).optional(),
    notSignedIn: days(
      "Days without a sign-in after which a guest gets a last day. Needs Entra ID P1 and AuditLog.Read.All; without them nobody is proposed.",
    ).optional(),
    blocked: z.boolean().meta({ description: "Whether a guest who may not sign in gets a last day." }).optional(),
    noSponsor: z
      .boolean()
      .meta({ description: "Whether a guest without a sponsor to ask gets a last day." })
      .optional(),
    accounts: z
      .array(z.string().min(1))
      .min(1)
      .meta({
        description:
          "The kinds of account that are expected, as Graph names them in `identities`; a guest who redeemed with another one gets a last day.",
        examples: [["ExternalAzureAD"]],
      })
      .optional(),
    notice: days("How many days after the review the proposed last day is. Default: 14.").optional(),
  })
  .meta({
    description: "When `guests review` proposes to remind a guest or to let one go. Off unless you set it.",
  })
  .register(properties, { change: "nothing", plain: true });

export type ReviewRules = z.output<typeof reviewRules>;

/** How many days a proposed last day is ahead. */
export const usualReviewNotice = 14;

/** A YAML list file that has defaults of its own; one without is just a list of guests. */
export const guestListFileSchema = z.strictObject({ ...guestDefaults, inheritAccess, invitations }).meta({
  description: "Guests, and defaults that hold for them.",
});

/** A YAML list file that is just a list. */
export const bareGuestListSchema = invitations;

/** All that a stack config may say under `guests:`. */
export const settingsSchema = z.strictObject({
  ...guestDefaults,
  invitations: invitations.optional(),
  lists: z
    .array(z.string())
    .optional()
    .meta({
      description:
        "Files with more guests, relative to the folder of the stack configs: the portal's bulk-invite CSV or its export of users (.csv), or YAML (.yaml).",
      examples: [["lists/fabrikam.csv"]],
    }),
  review: reviewRules.optional(),
  ...listSettings,
});

const addresses = z.array(z.string());

/** Guests of a list whose mails have one sender. */
export const listMails = z
  .strictObject({
    from: z
      .string()
      .optional()
      .meta({ description: "The mailbox that mails them, by address or object id. Absent where Microsoft does." }),
    addresses: addresses
      .default([])
      .meta({ description: "The addresses of those whom a mailbox mails, which is looked at for those who come." }),
    guests: z.int().min(0).optional().meta({ description: "How many they are, where Microsoft mails them." }),
    withBody: z.int().default(0).meta({ description: "How many of them have a personal message." }),
    concealed: z.boolean().default(false).meta({ description: "Whether the mailbox's name must not be shown." }),
  })
  .register(types, { name: "ListMails" })
  .meta({ description: "Guests whose mails have one sender." });

/** The guests of a list by who mails them. */
export type ListMails = z.output<typeof listMails>;

const heldAccess = z
  .strictObject({
    names: z.array(z.string()).meta({ description: "What the list calls each group, application and role." }),
    ids: z.array(z.string()).meta({ description: "What each is in the tenant, in the same order." }),
    guests: addresses.meta({ description: "The guests to whom the list gives exactly this." }),
  })
  .register(types, { name: "HeldAccess" })
  .meta({ description: "Access that several guests share." });

export type HeldAccess = z.output<typeof heldAccess>;

const fromComponent = { change: "nothing", setBy: "GuestInvitations" } as const;

/** The inputs of `entra-guests:index:GuestList`. */
export const guestListInputs = z.strictObject({
  addresses: addresses
    .meta({ description: "The addresses of the guests on the list." })
    .register(properties, { change: "record" }),
  expired: addresses
    .meta({
      description:
        "The addresses of guests who left the list because their last day has passed. They count as no removals where an earlier run had recorded that day.",
    })
    .register(properties, { change: "nothing" })
    .default([]),
  lastDays: z
    .record(z.string(), z.string())
    .meta({ description: "The last day of each guest on the list who has one, by address: YYYY-MM-DD." })
    .register(properties, fromComponent)
    .default({}),
  formerly: z
    .record(z.string(), z.string())
    .meta({ description: "Addresses that guests on the list had before, each with the address of today." })
    .register(properties, fromComponent)
    .default({}),
  keep: addresses
    .meta({ description: "The addresses of those who stay in the tenant when they leave the list." })
    .register(properties, fromComponent)
    .default([]),
  disable: addresses
    .meta({ description: "The addresses of those who are disabled instead of removed when they leave the list." })
    .register(properties, fromComponent)
    .default([]),
  required: addresses
    .meta({
      description:
        "The addresses of those who have to be guests of the tenant already (existing: require). One who is not stops the run before anybody is mailed.",
    })
    .register(properties, fromComponent)
    .default([]),
  access: z
    .array(heldAccess)
    .meta({ description: "What the list gives to which guests, so that a change that takes it from many is stopped." })
    .register(properties, fromComponent)
    .default([]),
  removalLimit: z
    .strictObject({
      guests: removalLimit.shape.guests.unwrap().default(usualRemovalLimit.guests),
      percent: removalLimit.shape.percent.unwrap().default(usualRemovalLimit.percent),
    })
    .register(types, { name: "RemovalLimit", plain: true })
    .meta({
      description:
        "How many guests one change may remove, or take access from; going over either limit stops it in the preview.",
    })
    .register(properties, { change: "nothing" })
    .prefault({}),
  allowRemoval: allowRemoval.default(false),
  mails: z
    .array(listMails)
    .optional()
    .meta({
      description:
        "Who mails the guests; GuestInvitations says so. The preview tells it, and a mailbox that can't be used stops the run before anybody is invited.",
    })
    .register(properties, { change: "nothing", setBy: "GuestInvitations" }),
});

export type GuestListInputs = z.output<typeof guestListInputs>;

const leaver = z
  .strictObject({
    address: z.string().meta({ description: "The guest's address." }),
    onDelete: z.string().meta({ description: "What is to become of the guest: delete or disable." }),
  })
  .register(types, { name: "Leaver" })
  .meta({ description: "A guest who left the list." });

export type Leaver = z.output<typeof leaver>;

const told = { change: "nothing", setBy: "the provider" } as const;

/** The outputs of `entra-guests:index:GuestList`, beside its inputs. */
export const guestListOutputs = z.object({
  present: z
    .array(z.string())
    .meta({
      description:
        "The addresses (in lower case) of those who were guests of the tenant before they came on the list. Absent where the application may not read users.",
    })
    .register(properties, told)
    .optional(),
  absent: z
    .array(z.string())
    .meta({
      description:
        "The addresses (in lower case) of those who were looked up when they came on the list, and were no guests of the tenant. Absent where the application may not read users.",
    })
    .register(properties, told)
    .optional(),
  leavers: z
    .array(leaver)
    .meta({
      description:
        "Those who left the list and may have been invited by a run that was cut short before the state knew them.",
    })
    .register(properties, told)
    .optional(),
  recordedAt: z
    .string()
    .meta({ description: "When this was written down last, ISO 8601 date and time in UTC." })
    .register(properties, told)
    .optional(),
  resumable: z
    .boolean()
    .meta({
      description:
        "Whether a run that is cut short leaves enough behind to tell who was invited and mailed: users could be read, and every mailbox keeps drafts.",
    })
    .register(properties, told)
    .optional(),
});

/** The inputs of `entra-guests:index:SettledGuests`. */
export const settledGuestsInputs = z.strictObject({
  known: addresses
    .meta({ description: "The addresses of the guests for whom the state has a resource." })
    .register(properties, fromComponent),
  leavers: z
    .array(leaver)
    .meta({ description: "Those who left the list, from its record." })
    .register(properties, fromComponent)
    .default([]),
});

export type SettledGuestsInputs = z.output<typeof settledGuestsInputs>;

/** What the component `GuestInvitations` takes. A program in TypeScript may hand over functions beside it. */
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

/** What the component tells, in every language. */
export const guestInvitationsOutputs = z.object({
  guests: z
    .record(z.string(), invitedGuest)
    .meta({ description: "What is known of the guests, by address in lower case." })
    .register(properties, told),
  redeemUrls: z
    .record(z.string(), z.string())
    .meta({
      description:
        "The links by which the guests accept, by address in lower case. A secret. Guests who were adopted or restored, or have accepted, have none.",
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
