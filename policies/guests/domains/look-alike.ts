import { createRequire } from "node:module";
import { domainToUnicode } from "node:url";
import { canonicalDomain } from "./domain.ts";
import { remembered } from "./remembered.ts";

/**
 * Finds the trusted domain that a foreign one could be mistaken for.
 *
 * Two names look alike when their skeletons are equal (Unicode UTS #39, section 4: each character replaced by the one
 * that stands for all that look like it), here without accents and letter case: `fаbrikam` with a Cyrillic a,
 * `fabríkam`, `rnicrosoft`.
 *
 * @param domain a canonical domain that is on no list
 * @param trusted entries of the lists of trusted domains
 * @returns the trusted domain it looks like, or `undefined`
 */
export function lookAlike(domain: string, trusted: readonly string[]): string | undefined {
  const suspect = skeleton(domain);
  for (const entry of trusted) {
    const name = canonicalDomain(entry.trim().replace(/^\*\./, ""));
    if (name === undefined || domain === name || domain.endsWith(`.${name}`)) continue;
    const model = skeleton(name);
    if (suspect === model || suspect.endsWith(`.${model}`)) return name;
  }
  return undefined;
}

/** Names the characters of a domain that are not ASCII, as `"а" (U+0430)`; empty where all are. */
export function foreignCharacters(domain: string): string {
  const characters = [...new Set(domainToUnicode(domain))].filter((character) => character > "\u007f");
  return characters.map((character) => `"${character}" (U+${codePoint(character)})`).join(", ");
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

const skeleton = remembered((domain) => {
  const decomposed = domainToUnicode(domain).normalize("NFD");
  return prototypes()(decomposed).normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
});

let loaded: ((text: string) => string) | undefined;

/** Unicode's table of confusables, loaded when the first foreign domain is met: most previews never meet one. */
function prototypes(): (text: string) => string {
  loaded ??= createRequire(import.meta.url)("unhomoglyph") as (text: string) => string;
  return loaded;
}
