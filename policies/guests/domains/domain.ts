import { domainToASCII, domainToUnicode } from "node:url";
import { remembered } from "./remembered.ts";

/**
 * The one spelling in which two writings of a domain are equal: lower case, punycode, no dot at the end (UTS #46, as
 * URLs do it).
 *
 * @param domain a domain as somebody wrote it
 * @returns its canonical form, or `undefined` where it is no domain name
 */
export const canonicalDomain = remembered((domain: string): string | undefined => {
  const written = domain.trim().replace(/\.$/, "");
  // `domainToASCII` reads a host as URLs do, percent-encoding included: only what a name may hold goes in.
  if (!/^[\p{L}\p{M}\p{N}_.\-\u3002\uff0e\uff61]+$/u.test(written)) return undefined;
  const ascii = domainToASCII(written);
  return ascii === "" || ascii.startsWith(".") || ascii.includes("..") ? undefined : ascii;
});

/**
 * The domain of an e-mail address.
 *
 * @param address an address as somebody wrote it
 * @returns the canonical domain, or `undefined` where the text is no single plain address
 */
export function addressDomain(address: string): string | undefined {
  const [localPart = "", domain, ...more] = address.trim().split("@");
  if (domain === undefined || more.length > 0 || localPart === "") return undefined;
  return canonicalDomain(domain);
}

/** A domain for people: as it is read, with its punycode form where the two differ. */
export function shownDomain(domain: string): string {
  const readable = domainToUnicode(domain);
  return readable === "" || readable === domain ? domain : `${readable} (${domain})`;
}
