import { createRequire } from "node:module";

let loaded: ReadonlySet<string> | undefined;

/**
 * Whether a domain is one where anybody gets an address: free mail (gmail.com) and throw-away mail (mailinator.com).
 *
 * The list is that of the npm package `email-providers`, read when the switch is first used.
 *
 * @param domain a canonical domain
 */
export function isConsumerDomain(domain: string): boolean {
  loaded ??= new Set(createRequire(import.meta.url)("email-providers/all.json") as string[]);
  return loaded.has(domain);
}
