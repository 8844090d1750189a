/**
 * The addresses that Graph takes for a guest: of mail, and of the page on which the guest arrives.
 *
 * Source of the rules: the `invitedUserEmailAddress` row of Microsoft's reference page "invitation resource type".
 */
import { domainToASCII, domainToUnicode } from "node:url";

/** Characters that Graph refuses anywhere in the address (it takes no plus-addressing). */
const refusedCharacters = '~!#$%^&*()+=[]{}\\/|;:"<>?,';

/** RFC 5321, 4.5.3.1: octets of the local part and of the whole path. */
const longestLocalPart = 64;
const longestAddress = 254;

/** Visible ASCII without capital letters. */
const isPlain = /^[!-@[-~]*$/;

/**
 * The form in which two spellings of one address are equal: Entra compares addresses without regard to letter case, and
 * `münchen.example` and `xn--mnchen-3ya.example` are one domain.
 *
 * @param address an address as somebody wrote it
 * @returns the address in lower case, in Unicode's composed form, without surrounding white space, its domain readable
 */
export function canonicalAddress(address: string): string {
  // Most are asked for again as they came out of here.
  if (isPlain.test(address) && !address.includes("xn--")) return address;
  const canonical = address.trim().normalize("NFC").toLowerCase();
  const at = canonical.lastIndexOf("@") + 1;
  return canonical.slice(0, at) + (at === 0 ? canonical : readableDomain(canonical.slice(at)));
}

/**
 * The spellings under which a directory may know an address: its domain readable and, where that differs, in ASCII. A
 * look-up has to ask for each.
 *
 * @param address an address as somebody wrote it
 * @returns the canonical one first
 */
export function addressSpellings(address: string): string[] {
  const canonical = canonicalAddress(address);
  const at = canonical.lastIndexOf("@") + 1;
  const ascii = asciiDomain(canonical.slice(at));
  return at === 0 || ascii === undefined ? [canonical] : [...new Set([canonical, canonical.slice(0, at) + ascii])];
}

/** The part after the `@`, in its canonical form; empty where there is none. */
export function addressDomain(address: string): string {
  const canonical = canonicalAddress(address);
  const at = canonical.lastIndexOf("@");
  return at < 0 ? "" : canonical.slice(at + 1);
}

/** Source: UTS #46, as URLs apply it. */
function readableDomain(domain: string): string {
  const ascii = asciiDomain(domain);
  return ascii === undefined ? domain : domainToUnicode(ascii) || domain;
}

/** The domain in ASCII; `undefined` where it is no international one, or none at all. */
function asciiDomain(domain: string): string | undefined {
  // The function reads a host as URLs do and decodes `%66`, so it sees nothing that has a meaning there.
  const isInternational = /[^\0-\x7f]|(?:^|\.)xn--/.test(domain) && !/[\s\p{Cc}%/?#@:\\[\]<>^|]/u.test(domain);
  return isInternational ? domainToASCII(domain) || undefined : undefined;
}

/**
 * Says what is wrong with an address, in words for the person who wrote it.
 *
 * @param address the address to check
 * @returns the rule it breaks, or `undefined` where Graph would take it
 */
export function addressProblem(address: string): string | undefined {
  if (address === "") return "an e-mail address is expected, and this is empty";
  if (/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(address)) {
    return "an e-mail address holds no white space and no control or invisible characters";
  }
  const at = address.indexOf("@");
  if (at < 0) return "an e-mail address has an @ between the name and the domain";
  if (at !== address.lastIndexOf("@")) return "an e-mail address has only one @";

  const refused = [...new Set([...address].filter((character) => refusedCharacters.includes(character)))];
  if (refused.length > 0) {
    const plus = refused.includes("+") ? "; plus-addressing does not work for guests, use the plain address" : "";
    return `Microsoft Graph refuses ${refused.map((character) => `"${character}"`).join(" ")} in a guest's address${plus}`;
  }

  const [localPart, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (localPart === "") return "an e-mail address has a name before the @";
  if (/^[.-]|[.-]$/.test(localPart)) {
    return "a period or a hyphen may not begin or end the part before the @ (Microsoft Graph refuses it)";
  }
  if (Buffer.byteLength(localPart) > longestLocalPart) {
    return `the part before the @ has at most ${longestLocalPart} bytes (RFC 5321)`;
  }
  if (address.normalize("NFKC") !== address.normalize("NFC")) {
    return "an e-mail address holds no characters that only look like plain ones, such as full-width letters";
  }
  if (Buffer.byteLength(address) > longestAddress) return `an address has at most ${longestAddress} bytes (RFC 5321)`;
  return domainProblem(domain);
}

/** Says what is wrong with a domain name that stands after an `@`, or `undefined`. */
export function domainProblem(domain: string): string | undefined {
  const labels = domain.split(".");
  if (labels.length < 2) return "the domain after the @ has a dot, as in fabrikam.com";
  const wrong = labels.find((label) => !/^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label));
  if (wrong !== undefined) {
    return `"${domain}" is not a domain name: each part between dots is made of letters, digits and inner hyphens`;
  }
  if (labels.some((label) => label.length > 63)) return "a part of a domain name has at most 63 characters";
  if (/^\d+(?:\.\d+){3}$/.test(domain)) return `"${domain}" is an address of the network, not a domain name`;
  // Where the last part is a number, the function would read the whole as such an address.
  if (/\.(?:\d+|0x[\da-f]*)$/i.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  if (ascii === "") return `"${domain}" is not a domain name`;
  if (ascii.split(".").some((label) => label.length > 63)) return "a part of a domain name has at most 63 characters";
  return undefined;
}

/**
 * The plain address in what somebody copied from elsewhere: a header (`Ana <ana@fabrikam.example>`), a link, a guest's
 * user principal name, text with full-width characters.
 *
 * @param written an address that {@link addressProblem} complains of
 * @returns an address that it does not complain of, or `undefined`
 */
export function meantAddress(written: string): string | undefined {
  const text = written.normalize("NFKC").trim();
  const candidates = [
    text,
    text.replace(/^mailto:/i, ""),
    text.slice(text.lastIndexOf("<") + 1).replace(/>$/, ""),
    guestOfUserPrincipalName(text) ?? "",
  ];
  return candidates.find((candidate) => candidate !== written && addressProblem(candidate) === undefined);
}

/**
 * The address that a guest's user principal name was made of: `ana_fabrikam.example#EXT#@contoso.onmicrosoft.com` stands
 * for `ana@fabrikam.example`, because a domain has no underscore.
 */
export function guestOfUserPrincipalName(name: string): string | undefined {
  const [, localPart, domain] = /^(.+)_([^_@]+)#EXT#@[^@]+$/i.exec(name) ?? [];
  return localPart === undefined ? undefined : `${localPart}@${domain}`;
}

/** What browsers and mail programs carry safely. */
const longestUrl = 2048;

/** `https://`, a host and perhaps a port, then the rest. */
const parts = /^https:\/\/(?<host>[^/?#:@\\]+)(?::\d+)?(?:[/?#].*)?$/i;

/**
 * Says what is wrong with the URL to which a guest is sent after accepting.
 *
 * Source: `inviteRedirectUrl` of Microsoft's reference page "invitation resource type" asks for a URL; that it is an
 * https one is this project's rule, because the guest arrives there from a mail. Browsers repair what is not written as
 * a URL (`https:/host`, `https:\\host`), and Graph does not.
 *
 * @param url the URL as written
 * @returns the rule it breaks, or `undefined`
 */
export function redirectUrlProblem(url: string): string | undefined {
  const example = "as in https://myapps.microsoft.com";
  if (url === "") return `a redirect URL is expected, ${example}, and this is empty`;
  if (url.length > longestUrl) return `a redirect URL has at most ${longestUrl} characters`;
  if (/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(url)) return "a URL holds no white space and no control or invisible characters";
  if (!URL.canParse(url)) return `a whole URL is expected, ${example}`;
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== "https:") return `a redirect URL begins with https://, not ${protocol}`;
  if (username !== "" || password !== "") return "a redirect URL carries no user name or password";
  if (url.includes("\\")) return "a URL has slashes (/), no backslashes";
  if (/%(?![0-9a-f]{2})/i.test(url)) return "in a URL, two hexadecimal digits follow a percent sign";
  const host = parts.exec(url)?.groups?.host;
  if (host === undefined) return "a redirect URL begins with https:// and the name of a host";
  const written = host.normalize("NFC").toLowerCase();
  if (written !== hostname && written !== domainToUnicode(hostname)) return "the host of a URL is written plainly";
  return undefined;
}

/**
 * The URL that a browser would make of one that {@link redirectUrlProblem} complains of.
 *
 * @returns a URL that it does not complain of, or `undefined`
 */
export function meantUrl(written: string): string | undefined {
  const text = written.trim().replaceAll("\\", "/");
  const isOfAnotherScheme = /^(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)/i.test(text);
  if (isOfAnotherScheme || /[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(text)) return undefined;
  const candidates = [text, text.replace(/^(?:https?:)?\/*/i, "https://")].filter((candidate) =>
    URL.canParse(candidate),
  );
  return candidates.map(asWritten).find((candidate) => redirectUrlProblem(candidate) === undefined);
}

/** The whole URL, without the slash that stands for an empty path. */
function asWritten(url: string): string {
  const { href, pathname, search, hash } = new URL(url);
  return pathname === "/" && search === "" && hash === "" ? href.slice(0, -1) : href;
}
