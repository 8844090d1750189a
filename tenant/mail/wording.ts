import { danish } from "./languages/da.ts";
import { german } from "./languages/de.ts";
import { english } from "./languages/en.ts";
import { spanish } from "./languages/es.ts";
import { french } from "./languages/fr.ts";

/** The standard text of the invitation mail in one language. `{organisation}` and `{inviter}` stand for the names. */
export interface Wording {
  /** BCP 47. */
  language: string;
  subject: string;
  heading: string;
  /** Who invites. */
  introduction: string;
  /** Above the personal message. */
  messageFrom: string;
  /** In place of a personal message. */
  noMessage: string;
  organisation: string;
  domain: string;
  invitedAs: string;
  /** On the button. */
  accept: string;
  /** Above the plain link. */
  link: string;
  /** What accepting means. */
  meaningHeading: string;
  meaning: readonly string[];
  unexpected: string;
  rehearsal: string;
}

const wordings: readonly Wording[] = [english, danish, german, french, spanish];

/**
 * The wording for the language that an invitation asks for.
 *
 * @param language a BCP 47 tag; `da-DK` gets Danish
 * @returns English for a language that there is no wording for
 */
export function wordingFor(language: string): Wording {
  const [base] = language.toLowerCase().split(/[-_]/);
  return wordings.find((wording) => wording.language === base) ?? english;
}

/** Puts the names into a text. */
export function fill(text: string, names: { organisation: string; inviter: string }): string {
  return text.replace(/\{(organisation|inviter)\}/g, (_, name: "organisation" | "inviter") => names[name]);
}
