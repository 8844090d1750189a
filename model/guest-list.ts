/** A list of guests: what a stack config says under `guests:`, what a YAML list file says, and the limits of a list. */
import { z } from "zod";
import { accessProfiles, inheritAccess } from "./access.ts";
import { guestDefaults, guestSchema } from "./guest.ts";
import { choice, properties, types } from "./property.ts";

const steers = { change: "nothing", plain: true, azuread: true } as const;

/** How many guests one change may remove. */
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
    description: "Lets a change remove more guests than the limit. Say it for the one change that means to.",
  })
  .register(properties, { change: "nothing", plain: true });

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
      description: "How many days before a guest's last one previews begin to announce it; 0 for never. Default: 14.",
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
  ...listSettings,
});

const addresses = z.array(z.string());

/** The inputs of `entra-guests:index:GuestList`. */
export const guestListInputs = z.strictObject({
  addresses: addresses
    .meta({ description: "The addresses of the guests on the list." })
    .register(properties, { change: "record" }),
  expired: addresses
    .meta({
      description:
        "The addresses of guests who left the list because their last day has passed: they count as no removals.",
    })
    .register(properties, { change: "nothing" })
    .default([]),
  removalLimit: z
    .strictObject({
      guests: removalLimit.shape.guests.unwrap().default(usualRemovalLimit.guests),
      percent: removalLimit.shape.percent.unwrap().default(usualRemovalLimit.percent),
    })
    .register(types, { name: "RemovalLimit", plain: true })
    .meta({ description: "How many guests one change may remove; going over either limit stops it in the preview." })
    .register(properties, { change: "nothing" })
    .prefault({}),
  allowRemoval: allowRemoval.default(false),
});

export type GuestListInputs = z.output<typeof guestListInputs>;

/** The outputs of `entra-guests:index:GuestList`, beside its inputs. */
export const guestListOutputs = z.object({
  present: z
    .array(z.string())
    .meta({
      description:
        "The addresses (in lower case) of those who were guests of the tenant before they came on the list. Absent where the application may not read users.",
    })
    .register(properties, { change: "nothing", setBy: "the provider" })
    .optional(),
});
