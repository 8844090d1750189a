/**
 * One guest, in the words of a list: the one description of what may be said about a guest. Lengths and names of profile
 * fields come from Microsoft's page "user resource type".
 *
 * A new property goes into one of the groups below; `npm run generate` carries it everywhere else.
 */
import { z } from "zod";
import { access, appLink, inheritAccess, profiles } from "./access.ts";
import { calendarDay, calendarDayRule, meantDay } from "./calendar-day.ts";
import {
  addressProblem,
  canonicalAddress,
  domainProblem,
  meantAddress,
  meantUrl,
  redirectUrlProblem,
} from "./email-address.ts";
import { mailSettings, messageOf, messageParts } from "./message.ts";
import { choice, guidPattern, nameProblem, properties, ruled, takeItOut, text, texts, types } from "./property.ts";
import { countryProblem, languageProblem, meantCountry, meantLanguage } from "./registered-codes.ts";

/** The address: it names the guest's resource, so it is plain text. */
export const email = ruled(addressProblem, "write the plain address at which the guest reads mail", meantAddress)
  .register(texts, { one: "one address" })
  .meta({
    description:
      "The guest's e-mail address. Another address is another guest, unless formerly names the earlier one; letter case does not count.",
    pattern: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    examples: ["ana@fabrikam.example"],
  })
  .register(properties, { change: "guest", shown: true, plain: true, azuread: true });

const formerAddress = ruled(addressProblem, "write the plain address that the list had before", meantAddress)
  .register(texts, { one: "one address" })
  .meta({ pattern: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$" });

/** Addresses that the guest had before. They name the guest's resource in the state, so they are plain text. */
export const formerly = z
  .union([formerAddress, z.array(formerAddress).min(1)])
  .meta({
    description:
      "The guest's earlier address on this list, or several of them. They stay the same guest: object id, groups, applications and Azure roles stay, and they accept once more, at the new address.",
    examples: ["ana@fabrikam.example"],
  })
  .register(properties, { change: "nothing", shown: true, plain: true })
  .optional();

/**
 * The addresses that a guest had before.
 *
 * @param said what the list says under `formerly`
 * @returns in the form in which addresses are compared, each once
 */
export function formerAddresses(said: string | readonly string[] | undefined): string[] {
  if (said === undefined) return [];
  return [...new Set((typeof said === "string" ? [said] : said).map(canonicalAddress))];
}

/** Where guests arrive, as a URL. */
export const redirectUrl = ruled(redirectUrlProblem, "write the whole https address of the page", meantUrl)
  .register(texts, { one: "one URL" })
  .meta({
    description: "Where the guest arrives after accepting: an https URL.",
    pattern: "^https://",
    examples: ["https://myapps.microsoft.com"],
  })
  .register(properties, { change: "invitation", shown: true, azuread: true });

const message = messageOf("GuestMessage", messageParts)
  .meta({
    id: "message",
    description: "What the mail says. Default: Microsoft's standard text in en-US.",
    minProperties: 1,
  })
  .register(properties, { change: "invitation", shown: true, azuread: true });

/** Properties of the guest's user in the directory that belong to one person. */
export const personProfile = {
  givenName: text(64, "The guest's given name")
    .register(properties, { change: "directory", graph: "givenName", shown: true })
    .optional(),
  surname: text(64, "The guest's family name")
    .register(properties, { change: "directory", graph: "surname", shown: true })
    .optional(),
  jobTitle: text(128, "The guest's job title")
    .register(properties, { change: "directory", graph: "jobTitle", shown: true })
    .optional(),
};

/** Properties of the guest's user in the directory that many guests of a list may share. */
export const sharedProfile = {
  department: text(64, "The guest's department")
    .register(properties, { change: "directory", graph: "department", shown: true })
    .optional(),
  companyName: text(64, "The guest's company")
    .register(properties, { change: "directory", graph: "companyName", shown: true })
    .optional(),
  officeLocation: text(128, "The office in which the guest works")
    .register(properties, { change: "directory", graph: "officeLocation", shown: true })
    .optional(),
  country: text(128, "The country or region of the guest's address, such as Norway")
    .register(properties, { change: "directory", graph: "country", shown: true })
    .optional(),
  preferredLanguage: ruled(languageProblem, "write the language's tag", meantLanguage)
    .meta({
      description: "The language in which Microsoft's pages greet the guest, a BCP 47 tag.",
      examples: ["en-US", "nb-NO"],
    })
    .register(texts, { unquoted: true })
    .register(properties, { change: "directory", graph: "preferredLanguage", shown: true })
    .optional(),
  usageLocation: ruled(countryProblem, "write two letters, as in NO or US", meantCountry)
    .transform((value) => value.toUpperCase())
    .meta({
      description: "Country or region of the guest, two letters of ISO 3166-1, such as NO; licences need it.",
      pattern: "^[A-Za-z]{2}$",
    })
    .register(texts, { unquoted: true })
    .register(properties, { change: "directory", graph: "usageLocation", shown: true })
    .optional(),
};

/** Says what is wrong with a sponsor. Source of the characters: Microsoft's page "Password policies", user names. */
function sponsorProblem(sponsor: string): string | undefined {
  if (guidPattern.test(sponsor)) return undefined;
  const [name = "", domain, ...more] = sponsor.split("@");
  if (name === "" || domain === undefined || more.length > 0 || /\s/.test(sponsor)) {
    return "a sponsor is an object id (a GUID) or a user principal name";
  }
  if (!/^[\w.'!#^~-]{1,64}$/.test(name)) {
    return "before the @, a user principal name has at most 64 letters, digits and characters of .-_'!#^~";
  }
  return domainProblem(domain);
}

const sponsor = ruled(sponsorProblem, "write the id or the user principal name of a user of your tenant", (value) =>
  guidPattern.test(value.slice(1, -1)) ? value.slice(1, -1) : undefined,
);

/** Graph keeps each sponsor once, and refuses to add one again. */
function sponsorsListedTwice(sponsors: readonly string[], context: z.RefinementCtx): void {
  const known = new Set<string>();
  for (const [index, sponsor] of sponsors.entries()) {
    const key = sponsor.toLowerCase();
    const message = "the sponsor is listed twice";
    if (known.has(key)) context.addIssue({ code: "custom", path: [index], message, params: { remedy: "keep one" } });
    known.add(key);
  }
}

/** What the invitation says and does, and how the guest is looked after: for all guests or for one. */
export const terms = {
  userType: choice(
    "UserType",
    { Guest: "The restricted rights of a guest.", Member: "The rights of a member of the organisation." },
    "The kind of user that the guest becomes. Default: Guest.",
  )
    .register(properties, { change: "directory", graph: "userType", shown: true, plain: true, azuread: true })
    .optional(),
  sendInvitation: z
    .boolean()
    .meta({
      description: "Whether the guest is mailed. If not, hand over the redeem URL yourself. Default: true.",
    })
    .register(properties, { change: "invitation", shown: true, plain: true, azuread: true })
    .optional(),
  accountEnabled: z
    .boolean()
    .meta({ description: "Whether the guest may sign in. Default: as it is; true for a new guest." })
    .register(properties, { change: "directory", graph: "accountEnabled", shown: true })
    .optional(),
  sponsors: z
    .array(sponsor)
    .min(1)
    .max(5, "a guest has at most five sponsors")
    .superRefine(sponsorsListedTwice)
    .meta({
      description:
        "Who answers for the guest: at most five users or groups of your tenant, a user by object id or user principal name, a group by object id. Sponsors added by somebody else stay.",
    })
    .register(properties, { change: "sponsors", shown: true })
    .optional(),
  expires: ruled(
    (value) => (calendarDay(value) === undefined ? calendarDayRule : undefined),
    'write a real day, as in "2027-03-31"',
    meantDay,
  )
    .transform((value) => calendarDay(value) ?? value)
    .meta({
      description: 'The last day on which the guest stays, in UTC: "YYYY-MM-DD". Afterwards the guest leaves the list.',
      // The second form is what `pulumi config set` makes of a day that stands there without quotes.
      pattern: "^\\d{4}-\\d{2}-\\d{2}( 00:00:00 \\+0000 UTC)?$",
      examples: ["2027-03-31"],
    })
    .register(texts, { unquoted: true })
    .register(properties, { change: "record", shown: true, plain: true, azuread: true })
    .optional(),
  existing: choice(
    "ExistingChoice",
    {
      adopt:
        "Take the guest over: no mail, nothing changed that the list doesn't declare, left in place when they leave the list.",
      own: "Take the guest over as if this stack had invited them: no mail, and onDelete applies when they leave.",
      fail: "Report an error.",
      require: "Adopt. An address that isn't a guest of the tenant is an error: nobody is ever invited.",
    },
    "What to do when the address is a guest already: adopt them (they stay when they leave the list), own them as if this stack had invited them, or fail. require adopts them too, and an address that isn't a guest stops the run before anybody is mailed. Default: adopt.",
  )
    .register(properties, { change: "record", shown: true, plain: true, azuread: true })
    .optional(),
  onDelete: choice(
    "OnDeleteChoice",
    {
      delete: "Moved to the recycle bin; the guest can be restored for 30 days.",
      disable: "The sign-in is blocked; the guest stays in the directory.",
      keep: "The guest stays as they are.",
    },
    "What becomes of an invited guest who leaves the list; an adopted guest always stays. Default: delete (engine azuread: keep).",
  )
    .register(properties, { change: "record", shown: true, plain: true, azuread: true })
    .optional(),
  resend: z
    .union([ruled(nameProblem, takeItOut), z.number(), z.boolean()])
    .meta({ description: "Any value. A change sends the mail again to guests who have not accepted yet." })
    .register(properties, { change: "invitation", shown: true })
    .optional(),
};

/** The name under which the directory shows the guest. */
export const displayName = text(256, "The name shown in the directory. Default: the part of the address before the @")
  .register(properties, { change: "directory", graph: "displayName", shown: true, azuread: true })
  .optional();

/** What may be said once for all guests, as well as for one. */
export const guestDefaults = {
  redirectUrl: z
    .union([redirectUrl, appLink])
    .meta({
      description:
        "Where guests arrive after accepting: an https URL, or { app: … } for an enterprise application's own sign-in page.",
      examples: ["https://myapps.microsoft.com", { app: "Contoso Orders" }],
    })
    .register(properties, { change: "invitation", shown: true, azuread: true })
    .optional(),
  message: message.optional(),
  ...mailSettings,
  ...terms,
  ...sharedProfile,
  ...access,
  profiles,
};

/** What is said of one guest only. */
export const guestOwn = { email, formerly, displayName, ...personProfile, inheritAccess };

const withFormerAddresses = z.object({ email: z.string(), formerly: z.union([z.string(), z.array(z.string())]) });

/** One guest of a list. */
export const guestSchema = z
  .strictObject({ ...guestOwn, ...guestDefaults })
  .refine(({ email, formerly }) => !formerAddresses(formerly).includes(canonicalAddress(email)), {
    // Also beside other problems, so that everything is told at once.
    when: ({ value }) => withFormerAddresses.safeParse(value).success,
    path: ["formerly"],
    message: "this is the guest's address of today",
    params: { remedy: "write the earlier address, or take the line out" },
  })
  .meta({ id: "guest", description: "One guest: the address, and what differs from the defaults." })
  .register(types, { name: "Guest" });

/** A guest as read from a list. */
export type Guest = z.output<typeof guestSchema>;

export type UserType = z.output<typeof terms.userType> & string;
export type ExistingChoice = z.output<typeof terms.existing> & string;
export type OnDeleteChoice = z.output<typeof terms.onDelete> & string;
