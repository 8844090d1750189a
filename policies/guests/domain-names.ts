import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { domainToASCII, domainToUnicode } from "node:url";
import { shown, shownName } from "./policy-settings.ts";

const require = createRequire(import.meta.url);

/** How to write a list of domains, in words for the descriptions of settings. */
export const patternRule =
  "A name stands for itself, `*.fabrikam.example` for every name below fabrikam.example but not for it, `*` for any.";

/** The same for a list of denied domains. */
export const deniedRule =
  "A name stands for itself and for every name below it, `*.fabrikam.example` only for the names below fabrikam.example, `*` for any.";

/** The schema of a setting that is a list of domains. */
export const domainList = { type: "array", items: { type: "string" }, default: [] } as const;

/** RFC 1035 allows 253 characters, RFC 5321 254 in an address. What is longer is read no further. */
const longestDomain = 253;
const longestAddress = 254;

/**
 * The one spelling in which two writings of a domain are equal: lower case, punycode, no dot at the end.
 *
 * Source: UTS #46, as URLs apply it.
 *
 * @param domain a domain as somebody wrote it
 * @returns its canonical form, or `undefined` when it is not a domain name
 */
const canonicalDomain = remembered((domain: string): string | undefined => {
  if (domain.length > longestDomain) return undefined;
  const written = domain.trim().replace(/\.$/, "");
  // `domainToASCII` reads a host as URLs do and decodes `%66`, so other characters are refused first.
  if (!/^[\p{L}\p{M}\p{N}_.\-\u3002\uff0e\uff61]+$/u.test(written)) return undefined;
  const ascii = domainToASCII(written);
  return ascii === "" || ascii.startsWith(".") || ascii.includes("..") ? undefined : ascii;
});

/**
 * The domain of an e-mail address.
 *
 * @param address an address as somebody wrote it
 * @returns the canonical domain, or `undefined` when the text is not one plain address
 */
export function addressDomain(address: string): string | undefined {
  const written = address.trim();
  // A mail system may take a wide "@" (U+FF20) for the sign itself, so that the address leads to another domain.
  if (written.length > longestAddress || written.normalize("NFKC").split("@").length !== 2) return undefined;
  const [localPart = "", domain = ""] = written.split("@");
  return localPart === "" ? undefined : canonicalDomain(domain);
}

/** A domain in readable characters, followed by its punycode form when the two differ. */
export function shownDomain(domain: string): string {
  const readable = domainToUnicode(domain);
  return readable === "" || readable === domain ? domain : `${readable} (${domain})`;
}

/**
 * Finds the entry of a list that covers a domain.
 *
 * @param domain a canonical domain
 * @param patterns exact names, `*.` subdomains or `*`; letter case and IDN spelling do not matter
 * @returns the entry as it is written in the list, or `undefined`
 */
export function matchingPattern(domain: string, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => matches(domain, pattern.trim()));
}

/**
 * Finds the entry of a list of denied domains that covers a domain. An entry covers every name below it as well, because
 * whoever owns a domain makes the names below it.
 *
 * @param domain a canonical domain
 * @param denied names, `*.` subdomains or `*`
 * @returns the entry as it is written in the list, or `undefined`
 */
export function denyingPattern(domain: string, denied: readonly string[]): string | undefined {
  return denied.find((written) => {
    const pattern = written.trim();
    return matches(domain, pattern) || matches(domain, `*.${pattern}`);
  });
}

function matches(domain: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.startsWith("*.")) return canonicalDomain(pattern) === domain;
  const parent = canonicalDomain(pattern.slice(2));
  return parent !== undefined && domain.endsWith(`.${parent}`);
}

/**
 * The entries of a list that are not domain names. Without a warning they would silently match nothing.
 *
 * @param patterns a list as somebody wrote it
 */
export function wrongPatterns(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => {
    const written = pattern.trim();
    return written !== "*" && canonicalDomain(written.replace(/^\*\./, "")) === undefined;
  });
}

/** The pack's own lists. They are published with it. */
const lists = new URL("./lists/", import.meta.url);

/**
 * Reads a list of domains from the pack's folder `lists/`.
 *
 * A published pack runs from a folder of its own, so it can read no other files than its own.
 *
 * @param name the file's name without `.txt`
 * @returns one entry a line, without empty lines and without comments, which begin with `#`
 * @throws when there is no such list, in words for the person who named it
 */
export const listFile = remembered((name: string): string[] => {
  if (!/^[\w-]+$/.test(name))
    throw new Error(`${shown(name)} is no name of a list: it has letters, digits, "-" and "_" only`);
  const file = new URL(`${name}.txt`, lists);
  if (!existsSync(file))
    throw new Error(`there is no list ${shown(name)}: the pack has no file lists/${shownName(name)}.txt`);
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  return lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
});

let consumerDomains: ReadonlySet<string> | undefined;

/**
 * Whether anybody can get an address at a domain: free mail (gmail.com) and throw-away mail (mailinator.com).
 *
 * Source: the list of the npm package `email-providers`, loaded when a wildcard first lets a domain in.
 *
 * @param domain a canonical domain
 */
export function isConsumerDomain(domain: string): boolean {
  consumerDomains ??= new Set(require("email-providers/all.json") as string[]);
  return consumerDomains.has(domain);
}

/**
 * Finds the trusted domain that a reader could take another one for: `fаbrikam` with a Cyrillic a, `fabríkam`,
 * `rnicrosoft`. Two names look alike when their skeletons are equal.
 *
 * Source: Unicode UTS #39, section 4. Here skeletons also drop accents and letter case.
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

/** Lists the characters of a domain that are not ASCII, as `"а" (U+0430)`. It is empty when all are. */
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

let loadedPrototypes: ((text: string) => string) | undefined;

/** Unicode's table of confusable characters, loaded when the first foreign domain turns up. Most previews have none. */
function prototypes(): (text: string) => string {
  loadedPrototypes ??= require("unhomoglyph") as (text: string) => string;
  return loadedPrototypes;
}

/**
 * Computes each answer once, because all guests of a list are compared with the same entries.
 *
 * @param make a function that depends on nothing but its text
 */
function remembered<Answer>(make: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    if (!answers.has(text)) answers.set(text, make(text));
    return answers.get(text) as Answer;
  };
}
