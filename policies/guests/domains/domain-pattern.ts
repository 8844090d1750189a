import { canonicalDomain } from "./domain.ts";

/** How a list of domains is written, in words for configuration schemas and messages. */
export const patternRule =
  "A name stands for itself, `*.fabrikam.example` for every name below fabrikam.example but not for it, `*` for any.";

/**
 * Finds the entry of a list that a domain falls under.
 *
 * @param domain a canonical domain
 * @param patterns exact names, `*.` subdomains or `*`; letter case and IDN spelling do not matter
 * @returns the entry as it is written in the list, or `undefined`
 */
export function matchingPattern(domain: string, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => matches(domain, pattern.trim()));
}

function matches(domain: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.startsWith("*.")) return canonicalDomain(pattern) === domain;
  const parent = canonicalDomain(pattern.slice(2));
  return parent !== undefined && domain.endsWith(`.${parent}`);
}

/**
 * The entries of a list that are no domain names, which would otherwise match nothing in silence.
 *
 * @param patterns a list as somebody wrote it
 */
export function wrongPatterns(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => {
    const written = pattern.trim();
    return written !== "*" && canonicalDomain(written.replace(/^\*\./, "")) === undefined;
  });
}

/** A list for people: its first entries, and how many more there are. */
export function shownList(patterns: readonly string[]): string {
  const shown = patterns.slice(0, 8).join(", ");
  return patterns.length > 8 ? `${shown} and ${patterns.length - 8} more` : shown;
}
