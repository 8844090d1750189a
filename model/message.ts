/**
 * The invitation message: Graph's `invitedUserMessageInfo`, with the names that `azuread.Invitation` gives its parts.
 */
export interface Message {
  /** The personal text in the mail. Plain text. */
  body?: string;
  /** The language of the mail's standard text, a BCP 47 tag such as `da` or `fr-CA`. Graph ignores it beside a body. */
  language?: string;
  /** One address that gets a copy of the mail. Graph takes no more than one. */
  additionalRecipients?: string;
}

/** Says what is wrong with a message body, or `undefined`. */
export function messageBodyProblem(body: string): string | undefined {
  if (body.trim() === "") return "the message is empty: write one, or leave it out to send Microsoft's standard text";
  if (body.includes("\0")) return "the message holds a NUL character";
  return undefined;
}

/** Says what is wrong with a language tag, or `undefined`. */
export function languageProblem(language: string): string | undefined {
  try {
    Intl.getCanonicalLocales(language);
    return language === "" ? languageRule : undefined;
  } catch {
    return languageRule;
  }
}

const languageRule = "a language is a BCP 47 tag, as in en-US, da or fr-CA";

/** Why a body and a language exclude each other (Graph's reference, "invitedUserMessageInfo resource type"). */
export const bodyAndLanguageRule =
  "a body and a language exclude each other: Graph ignores the language when there is a body. Write the body in that language, or leave the body out";
