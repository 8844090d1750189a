import { z } from "zod";
import { addressProblem, canonicalAddress } from "../../model/email-address.ts";
import { bodyAndLanguageRule, languageProblem, type Message, messageBodyProblem } from "../../model/message.ts";
import {
  existingChoices,
  longestDisplayName,
  longestProfileText,
  onDeleteChoices,
  type ProfileProperty,
  profileProperties,
  userTypes,
} from "../../model/names.ts";
import { redirectUrlProblem } from "../../model/redirect-url.ts";
import type { Properties } from "../pulumi/resource-provider.ts";

/** A string that a rule accepts; the rule's words become the error. */
function textThat(problem: (value: string) => string | undefined) {
  return z.string("expected a text").check((context) => {
    const message = problem(context.value);
    if (message !== undefined) {
      context.issues.push({ code: "custom", input: context.value, message: `"${context.value}": ${message}` });
    }
  });
}

const message = z
  .strictObject({
    body: textThat(messageBodyProblem).optional(),
    language: textThat(languageProblem).optional(),
    additionalRecipients: textThat(addressProblem).optional(),
  })
  .refine(({ body, language }) => body === undefined || language === undefined, {
    path: ["language"],
    message: bodyAndLanguageRule,
  });

function textOfAtMost(longest: number) {
  return z
    .string("expected a text")
    .min(1, "is empty: leave it out instead")
    .max(longest, `has at most ${longest} characters`);
}

const profile = {
  givenName: textOfAtMost(longestProfileText.givenName).optional(),
  surname: textOfAtMost(longestProfileText.surname).optional(),
  jobTitle: textOfAtMost(longestProfileText.jobTitle).optional(),
  department: textOfAtMost(longestProfileText.department).optional(),
  companyName: textOfAtMost(longestProfileText.companyName).optional(),
  usageLocation: z
    .string("expected a text")
    .regex(/^[A-Z]{2}$/, "is a country of two capital letters, as in DK (ISO 3166-1 alpha-2)")
    .optional(),
} satisfies Record<ProfileProperty, z.ZodType>;

function oneOf<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return z.enum(choices, { error: ({ input }) => `expected ${choices.join(" or ")}, not ${JSON.stringify(input)}` });
}

/** The inputs of `entra-guests:index:Invitation`, each with its rule. */
export const inputsSchema = z.strictObject({
  userEmailAddress: textThat(addressProblem),
  redirectUrl: textThat(redirectUrlProblem),
  message: message.optional(),
  sendInvitation: z.boolean("expected true or false").default(true),
  userDisplayName: textOfAtMost(longestDisplayName).optional(),
  userType: oneOf(userTypes).optional(),
  ...profile,
  accountEnabled: z.boolean("expected true or false").optional(),
  sponsors: z
    .array(z.string("expected a text").min(1, "is empty"), "expected a list of object ids or user principal names")
    .max(5, "a guest has at most five sponsors")
    .optional(),
  expires: z.iso.date("expected a date, as in 2027-03-31").optional(),
  existing: oneOf(existingChoices).default("adopt"),
  onDelete: oneOf(onDeleteChoices).default("delete"),
  resend: z.json().optional(),
  existedBefore: z.boolean("expected true or false").optional(),
  grants: z
    .strictObject({
      groups: z.array(z.guid("expected an object id")).optional(),
      apps: z
        .array(
          z.strictObject({ resourceObjectId: z.guid("expected an object id"), appRoleId: z.guid("expected an id") }),
        )
        .optional(),
    })
    .optional(),
});

export type InvitationInputs = z.infer<typeof inputsSchema>;

/** Properties that are live in the directory: they can be read back, and are set by PATCH. */
export const directoryProperties = ["userDisplayName", "userType", ...profileProperties, "accountEnabled"] as const;
export type DirectoryProperty = (typeof directoryProperties)[number];

/** The Graph user property behind each. */
export function graphName(property: DirectoryProperty): string {
  return property === "userDisplayName" ? "displayName" : property;
}

/** Takes inputs that `check` has passed, as they come from the state or the engine. */
export function knownInputs(properties: Properties): InvitationInputs {
  return properties as unknown as InvitationInputs;
}

/**
 * True where no redirect URL is known: the guest was imported, so nobody knows what the invitation said. What the
 * program declares about it is then recorded, and the guest is not mailed for it.
 */
export function isImported(inputs: Partial<InvitationInputs>): boolean {
  return inputs.redirectUrl === undefined;
}

/** The address that identifies the guest, in the form in which addresses are compared. */
export function guestAddress(inputs: Pick<InvitationInputs, "userEmailAddress">): string {
  return canonicalAddress(inputs.userEmailAddress);
}

/** True where two messages say the same. */
export function sameMessage(one: Message = {}, other: Message = {}): boolean {
  return (
    one.body === other.body &&
    one.language === other.language &&
    one.additionalRecipients === other.additionalRecipients
  );
}
