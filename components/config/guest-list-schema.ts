/**
 * The schema of guest lists: what a stack config says under `guests:`, and what a YAML list file says. The JSON Schemas
 * for editors are generated from it (`npm run schema`), so each property carries its description here.
 *
 * Rules of Microsoft's come from `model/`; lengths of profile fields from the Graph page "user resource type".
 */
import { z } from "zod";
import { addressProblem } from "../../model/email-address.ts";
import { bodyAndLanguageRule, languageProblem, messageBodyProblem } from "../../model/message.ts";
import {
  existingChoices,
  longestDisplayName,
  longestProfileText,
  onDeleteChoices,
  userTypes,
} from "../../model/names.ts";
import { redirectUrlProblem } from "../../model/redirect-url.ts";
import { calendarDay, calendarDayRule } from "../calendar-day.ts";
import { engineNames } from "../engines/engine.ts";
import { access, accessProfiles, appLinkSchema, inheritAccess, profiles } from "./access-schema.ts";

/** A string held against a rule of `model/`, with the remedy that an error names. */
function ruled(problem: (value: string) => string | undefined, remedy: string) {
  return z.string().superRefine((value, context) => {
    const message = problem(value);
    if (message !== undefined) context.addIssue({ code: "custom", message, params: { remedy } });
  });
}

function text(longest: number, description: string) {
  const problem = (value: string) => {
    if (value.trim() === "") return "it is empty";
    return value.length > longest ? `it has at most ${longest} characters` : undefined;
  };
  return ruled(problem, "write a value, or take the line out to leave it as it is").meta({
    description: `${description}. At most ${longest} characters.`,
    minLength: 1,
    maxLength: longest,
  });
}

const address = ruled(addressProblem, "write the plain address at which the guest reads mail").meta({
  description: "The guest's e-mail address. Letter case does not count.",
  pattern: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
  examples: ["ana@fabrikam.example"],
});

const redirectUrl = z
  .union([
    ruled(redirectUrlProblem, "write the whole https address of the page").meta({ pattern: "^https://" }),
    appLinkSchema,
  ])
  .meta({
    description:
      "Where guests arrive after accepting: an https URL, or { app: … } for an application's own sign-in page.",
    examples: ["https://myapps.microsoft.com", { app: "Contoso Orders" }],
  });

const oneAddress = (value: string) =>
  /[,;]/.test(value) ? "a cc is one address: Graph takes no more than one" : addressProblem(value);

/** Has zod look at the parts together even when one of them is wrong, so that everything is reported at once. */
const evenBesideOtherProblems = {
  when: ({ value }: { value: unknown }) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const message = z
  .strictObject({
    body: ruled(messageBodyProblem, "write a message, or take the body out").optional().meta({
      description: "The personal text in the mail, plain. Not beside a language.",
      pattern: "\\S",
    }),
    language: ruled(languageProblem, "write the language's tag")
      .optional()
      .meta({
        description: "The language of Microsoft's standard text, a BCP 47 tag. Not beside a body. Default: en-US.",
        examples: ["da", "fr-CA"],
      }),
    cc: ruled(oneAddress, "write one plain address").optional().meta({
      description: "One address that gets a copy of the mail.",
      pattern: "^[^@\\s,;]+@[^@\\s,;]+$",
    }),
  })
  .refine((value) => Object.keys(value).length > 0, {
    ...evenBesideOtherProblems,
    message: "the message is empty",
    params: { remedy: "give it a body, a language or a cc, or take it out" },
  })
  .refine((value) => value.body === undefined || value.language === undefined, {
    ...evenBesideOtherProblems,
    message: bodyAndLanguageRule,
    params: { remedy: "keep one of the two" },
  })
  .meta({
    id: "message",
    description: "What the mail says. Default: Microsoft's standard text in en-US.",
    minProperties: 1,
    not: { required: ["body", "language"] },
  });

const usageLocation = ruled(
  (value) =>
    /^[A-Za-z]{2}$/.test(value) ? undefined : "a usage location is the two letters of a country (ISO 3166-1)",
  "write two letters, as in NO or US",
)
  .transform((value) => value.toUpperCase())
  .meta({ description: "Country or region of the guest, two letters of ISO 3166-1.", pattern: "^[A-Za-z]{2}$" });

const sponsor = ruled(
  (value) => (sponsorPattern.test(value) ? undefined : "a sponsor is an object id (a GUID) or a user principal name"),
  "write the id or the user principal name of a user of your tenant",
);
const sponsorPattern = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^@\s]+@[^@\s]+)$/i;

const expires = ruled(
  (value) => (calendarDay(value) === undefined ? calendarDayRule : undefined),
  'write a real day, as in "2027-03-31"',
)
  .transform((value) => calendarDay(value) ?? value)
  .meta({
    description: 'The last day on which the guest stays, in UTC: "YYYY-MM-DD". Afterwards the guest leaves the list.',
    // The second form is what `pulumi config set` makes of a day that stands there without quotes.
    pattern: "^\\d{4}-\\d{2}-\\d{2}( 00:00:00 \\+0000 UTC)?$",
    examples: ["2027-03-31"],
  });

const resend = z.union([z.string(), z.number(), z.boolean()]).meta({
  description: "Any value. A change sends the mail again to guests who have not accepted yet.",
});

/** What may be said for all guests as well as for one. */
const defaults = {
  redirectUrl: redirectUrl.optional(),
  message: message.optional(),
  userType: z.enum(userTypes).optional().meta({ description: "The kind of user. Default: Guest." }),
  sendInvitation: z.boolean().optional().meta({ description: "Whether Microsoft sends the mail. Default: true." }),
  department: text(longestProfileText.department, "The guest's department").optional(),
  companyName: text(longestProfileText.companyName, "The guest's company").optional(),
  usageLocation: usageLocation.optional(),
  accountEnabled: z.boolean().optional().meta({ description: "Whether the guest may sign in. Default: as it is." }),
  sponsors: z.array(sponsor).min(1).max(5, "a guest has at most five sponsors").optional().meta({
    description: "Who answers for the guest: at most five object ids or user principal names of users of your tenant.",
  }),
  expires: expires.optional(),
  existing: z.enum(existingChoices).optional().meta({
    description:
      "When the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. Default: adopt.",
  }),
  onDelete: z.enum(onDeleteChoices).optional().meta({
    description: "What becomes of an invited guest who leaves the list. Default: delete (engine azuread: keep).",
  }),
  resend: resend.optional(),
  ...access,
  profiles,
};

/** One guest of a list. */
export const guestSchema = z
  .strictObject({
    email: address,
    displayName: text(longestDisplayName, "The name shown in the directory").optional(),
    givenName: text(longestProfileText.givenName, "The guest's given name").optional(),
    surname: text(longestProfileText.surname, "The guest's family name").optional(),
    jobTitle: text(longestProfileText.jobTitle, "The guest's job title").optional(),
    ...defaults,
    inheritAccess,
  })
  .meta({ id: "guest", description: "One guest: the address, and what differs from the defaults." });

const invitations = z.array(guestSchema).meta({ description: "The guests." });

/** A YAML list file that has defaults of its own; one without is just a list of guests. */
export const guestListFileSchema = z.strictObject({ ...defaults, inheritAccess, invitations }).meta({
  description: "Guests, and defaults that hold for them.",
});

/** A YAML list file that is just a list. */
export const bareGuestListSchema = invitations;

/** All that a stack config may say under `guests:`. */
export const settingsSchema = z.strictObject({
  ...defaults,
  invitations: invitations.optional(),
  lists: z
    .array(z.string())
    .optional()
    .meta({
      description:
        "Files with more guests, relative to the folder of the stack configs: the portal's bulk-invite CSV (.csv) or YAML (.yaml).",
      examples: [["lists/fabrikam.csv"]],
    }),
  accessProfiles,
  expiryNotice: z.int().min(0).max(365).optional().meta({
    description: "How many days before a guest's last one previews begin to announce it; 0 for never. Default: 14.",
  }),
  removalLimit: z
    .strictObject({
      guests: z.int().min(0).optional().meta({ description: "A number of guests. Default: 20." }),
      percent: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .meta({ description: "A share of the list; one guest may always go. Default: 50." }),
    })
    .optional()
    .meta({
      description: "How many guests one change may remove; going over either limit stops it. Expiry does not count.",
    }),
  allowRemoval: z.boolean().optional().meta({
    description: "Lets a change remove more guests than the limit. Say it for the one change that means to.",
  }),
  engine: z.enum(engineNames).optional().meta({
    description: "The resource type that stands for a guest. Default: entra-guests.",
  }),
});

export type Guest = z.output<typeof guestSchema>;
export type Settings = z.output<typeof settingsSchema>;
