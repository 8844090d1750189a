/** The mail of an invitation: Graph's `invitedUserMessageInfo`, with short names in a list. */
import { z } from "zod";
import { addressProblem, meantAddress } from "./email-address.ts";
import { ruled, takeItOut, texts, types } from "./property.ts";
import { languageProblem, meantLanguage } from "./registered-codes.ts";
import { isBlank, messageProblem } from "./shown-text.ts";

/** Says what is wrong with a message body, or `undefined`. */
export function messageBodyProblem(body: string): string | undefined {
  if (isBlank(body)) return "the message is empty: write one, or leave it out to send Microsoft's standard text";
  return messageProblem(body);
}

/** Why a body and a language exclude each other (Graph's reference, "invitedUserMessageInfo resource type"). */
export const bodyAndLanguageRule =
  "a body and a language exclude each other: Graph ignores the language when there is a body. Write the body in that language, or leave the body out";

const oneAddress = (value: string) =>
  /[,;]/.test(value) ? "a cc is one address: Graph takes no more than one" : addressProblem(value);

/** The parts of a message. */
export const messageParts = {
  body: ruled(messageBodyProblem, (value) => (isBlank(value) ? "write a message, or take the body out" : takeItOut))
    .optional()
    .meta({
      description: "The personal text in the mail, plain text. Not beside a language.",
      pattern: "\\S",
    }),
  language: ruled(languageProblem, "write the language's tag", meantLanguage)
    .register(texts, { unquoted: true })
    .optional()
    .meta({
      description: "The language of Microsoft's standard text, a BCP 47 tag. Not beside a body. Default: en-US.",
      examples: ["da", "fr-CA"],
    }),
  cc: ruled(oneAddress, "write one plain address", meantAddress)
    .register(texts, { one: "one address" })
    .optional()
    .meta({
      description: "One address that gets a copy of the mail; Graph takes no more than one.",
      pattern: "^[^@\\s,;]+@[^@\\s,;]+$",
    }),
};

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
    .refine((value) => !given(value, "body") || !given(value, "language"), {
      ...evenBesideOtherProblems,
      message: bodyAndLanguageRule,
      params: { remedy: "keep one of the two" },
    })
    .register(types, { name });
}
