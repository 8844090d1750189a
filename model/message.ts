/**
 * The mail of an invitation: Graph's `invitedUserMessageInfo` with short names, and what a mail from a mailbox of one's
 * own can do beyond it.
 */
import { z } from "zod";
import { addressProblem, meantAddress } from "./email-address.ts";
import {
  guidPattern,
  isBlank,
  messageProblem,
  nameProblem,
  properties,
  ruled,
  takeItOut,
  text,
  texts,
  types,
} from "./property.ts";
import { languageProblem, meantLanguage } from "./registered-codes.ts";

/** Says what is wrong with a message body, or `undefined`. */
export function messageBodyProblem(body: string): string | undefined {
  if (isBlank(body)) return "the message is empty: write one, or leave it out to send Microsoft's standard text";
  return messageProblem(body);
}

/** Why a body and a language exclude each other (Graph's reference, "invitedUserMessageInfo resource type"). */
export const bodyAndLanguageRule =
  "a body and a language exclude each other: Graph ignores the language when there is a body. Write the body in that language, or leave the body out";

const oneAddress = (value: string) =>
  /[,;]/.test(value) ? "a cc is one address: write several as a list" : addressProblem(value);
const copyPattern = "^[^@\\s,;]+@[^@\\s,;]+$";
const copy = ruled(oneAddress, "write one plain address", meantAddress)
  .register(texts, { one: "one address" })
  .meta({ pattern: copyPattern });

/** The parts of a message. */
export const messageParts = {
  body: ruled(messageBodyProblem, (value) => (isBlank(value) ? "write a message, or take the body out" : takeItOut))
    .optional()
    .meta({
      description:
        "The personal text in the mail, plain text. Not beside a language, unless mailFrom is set. Microsoft's own mail carries it only when a person invites: set mailFrom where an application does.",
      pattern: "\\S",
    }),
  language: ruled(languageProblem, "write the language's tag", meantLanguage)
    .register(texts, { unquoted: true })
    .optional()
    .meta({
      description:
        "The language of the standard text, a BCP 47 tag. Not beside a body, unless mailFrom is set. Default: en-US.",
      examples: ["da", "fr-CA"],
    }),
  cc: z
    .union([copy, z.array(copy).min(1)])
    .optional()
    .meta({
      description:
        "Who gets a copy of the mail: one address, or a list of them where mailFrom is set (Microsoft's own mail takes no more than one).",
    }),
};

/** The most addresses that get a copy; Exchange Online takes up to 500 recipients a mail, and nobody means that. */
const mostCopies = 20;

/** Has zod look at the parts together even when one of them is wrong, so that everything is reported at once. */
const evenBesideOtherProblems = {
  when: ({ value }: { value: unknown }) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/**
 * A message made of parts, under whichever names they have.
 *
 * @param name the type's name in programs
 * @param parts {@link messageParts}, perhaps renamed
 */
export function messageOf<Parts extends z.core.$ZodLooseShape>(name: string, parts: Parts) {
  const given = (value: object, part: string) => (value as Record<string, unknown>)[part] !== undefined;
  return z
    .strictObject(parts)
    .refine((value) => Object.keys(parts).some((part) => given(value, part)), {
      ...evenBesideOtherProblems,
      message: "the message is empty",
      params: { remedy: "give it a body, a language or a cc, or take it out" },
    })
    .register(types, { name });
}

/** A mailbox that sends the mail. */
const mailbox = ruled(
  (value) => (guidPattern.test(value) ? undefined : addressProblem(value)),
  "write the address or the object id of a mailbox of your tenant",
  meantAddress,
).register(texts, { one: "one mailbox" });

/** Who sends the mail, and what it looks like: for all guests or for one. */
export const mailSettings = {
  mailFrom: mailbox
    .meta({
      description:
        "The mailbox of your tenant that mails the guest, by address or object id. The mail then carries the personal message whoever signs in. Default: Microsoft sends the mail, and leaves the personal message out when an application invites.",
      examples: ["invitations@contoso.com"],
    })
    .register(properties, { change: "record", shown: true })
    .optional(),
  mailSubject: ruled(subjectProblem, "write the subject on one line")
    .meta({
      description: "The subject of the mail, at most 255 characters. Needs mailFrom. Default: the standard subject.",
      minLength: 1,
      maxLength: 255,
    })
    .register(properties, { change: "invitation", shown: true })
    .optional(),
  mailTemplate: text(
    1024,
    "An HTML file inside the project that the mail is made of, relative to the folder of the stack configs",
  )
    .meta({
      description:
        "An HTML file inside the project that the mail is made of, relative to the folder of the stack configs. Needs mailFrom. Its places: {{redeemUrl}} (required), {{message}}, {{displayName}}, {{email}}, {{organisation}}, {{domain}}, {{redirectUrl}}. Default: the standard text.",
      examples: ["mails/welcome.html"],
    })
    .register(properties, { change: "invitation", shown: true, plain: true })
    .optional(),
};

function subjectProblem(subject: string): string | undefined {
  if (isBlank(subject)) return "the subject is empty";
  if (subject.length > 255) return "a subject has at most 255 characters";
  return nameProblem(subject);
}

/** The names that a template may use; each stands for text, and all of it is escaped. */
export const templatePlaces = [
  "redeemUrl",
  "message",
  "displayName",
  "email",
  "organisation",
  "domain",
  "redirectUrl",
] as const;
export type TemplatePlace = (typeof templatePlaces)[number];

/** A place in a template: whatever stands between two pairs of braces. */
export const placePattern = /\{\{([^{}]*)\}\}/g;

/** Exchange takes requests of 4 MB; a mail this large is a newsletter. In characters. */
const longestTemplate = 500_000;

/** Says what is wrong with a template, or `undefined`. */
export function templateProblem(template: string): string | undefined {
  if (template.length > longestTemplate) return `a template has at most ${longestTemplate} characters`;
  const places = [...template.matchAll(placePattern)].map(([, name = ""]) => name.trim());
  const unknown = places.find((name) => !(templatePlaces as readonly string[]).includes(name));
  if (unknown !== undefined) {
    return `the template has the place {{${unknown.slice(0, 40)}}}, and the places are ${templatePlaces.map((name) => `{{${name}}}`).join(", ")}`;
  }
  if (!places.includes("redeemUrl")) return "the template has no {{redeemUrl}}: nobody could accept";
  return undefined;
}

/** What is said about a guest's mail, defaults filled in; a value that is not known yet counts as said. */
export interface SaidOfMail {
  mailFrom?: unknown;
  mailSubject?: unknown;
  mailTemplate?: unknown;
  body?: unknown;
  language?: unknown;
  cc?: unknown;
}

/** What only a mailbox of one's own can do, and what Microsoft's mail can't. */
export interface MailRule {
  /** Where it is said: a part of the message, or a setting of the mail. */
  property: "message" | "cc" | "mailSubject" | "mailTemplate";
  breaks(said: SaidOfMail): boolean;
  rule: string;
  remedy: string;
}

const needsMailbox = "set mailFrom to a mailbox of your tenant, or take it out";

/** One rule for a list and for the resource: what is said of a mail fits whoever sends it. */
export const mailRules: readonly MailRule[] = [
  {
    property: "message",
    breaks: ({ mailFrom, body, language }) => mailFrom === undefined && body !== undefined && language !== undefined,
    rule: bodyAndLanguageRule,
    remedy: "keep one of the two, or set mailFrom, whose mail has both",
  },
  {
    property: "cc",
    breaks: ({ mailFrom, cc }) => mailFrom === undefined && Array.isArray(cc) && cc.length > 1,
    rule: "a cc is one address: Microsoft's mail takes no more than one",
    remedy: "keep one, or set mailFrom, whose mail takes several",
  },
  {
    property: "cc",
    breaks: ({ cc }) => Array.isArray(cc) && cc.length > mostCopies,
    rule: `a mail has at most ${mostCopies} copies`,
    remedy: "name a distribution list instead",
  },
  {
    property: "mailSubject",
    breaks: ({ mailFrom, mailSubject }) => mailFrom === undefined && mailSubject !== undefined,
    rule: "Microsoft's mail has a subject of its own",
    remedy: needsMailbox,
  },
  {
    property: "mailTemplate",
    breaks: ({ mailFrom, mailTemplate }) => mailFrom === undefined && mailTemplate !== undefined,
    rule: "Microsoft's mail has a form of its own",
    remedy: needsMailbox,
  },
];

/**
 * Holds an object against {@link mailRules}.
 *
 * @param schema the object
 * @param cc the name that the copies have in its message
 */
export function underMailRules<Schema extends z.ZodObject>(schema: Schema, cc: string): Schema {
  return mailRules.reduce(
    (ruled, { property, breaks, rule, remedy }) =>
      ruled.refine((value) => !breaks(saidOfMail(value, cc)), {
        ...evenBesideOtherProblems,
        path: property === "cc" ? ["message", cc] : [property],
        message: rule,
        params: { remedy },
      }),
    schema,
  );
}

/** What a guest or a resource says of the mail. */
export function saidOfMail(value: object, cc = "cc"): SaidOfMail {
  const { mailFrom, mailSubject, mailTemplate, message } = value as Record<string, unknown>;
  const parts = typeof message === "object" && message !== null ? (message as Record<string, unknown>) : {};
  return { mailFrom, mailSubject, mailTemplate, body: parts.body, language: parts.language, cc: parts[cc] };
}

/** The addresses that get a copy. */
export function copiesOf(cc: string | readonly string[] | undefined): readonly string[] {
  if (cc === undefined) return [];
  return typeof cc === "string" ? [cc] : cc;
}
