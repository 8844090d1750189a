/**
 * The addresses that Graph takes for a guest.
 *
 * Source of the rules: the `invitedUserEmailAddress` row of Microsoft's reference page "invitation resource type".
 */

/** Characters that Graph refuses anywhere in the address (it takes no plus-addressing). */
const refusedCharacters = '~!#$%^&*()+=[]{}\\/|;:"<>?,';

/** RFC 5321, 4.5.3.1: octets of the local part and of the whole path. */
const longestLocalPart = 64;
const longestAddress = 254;

/**
 * The form in which two spellings of one address are equal: Entra compares addresses without regard to letter case.
 *
 * @param address an address as somebody wrote it
 * @returns the address in lower case, in Unicode's composed form, without surrounding white space
 */
export function canonicalAddress(address: string): string {
  return address.trim().normalize("NFC").toLowerCase();
}

/** The part after the `@`, in lower case; empty where there is none. */
export function addressDomain(address: string): string {
  const canonical = canonicalAddress(address);
  const at = canonical.lastIndexOf("@");
  return at < 0 ? "" : canonical.slice(at + 1);
}

/**
 * Says what is wrong with an address, in words for the person who wrote it.
 *
 * @param address the address to check
 * @returns the rule it breaks, or `undefined` where Graph would take it
 */
export function addressProblem(address: string): string | undefined {
  const at = address.indexOf("@");
  if (address === "") return "an e-mail address is expected, and this is empty";
  if (/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(address)) {
    return "an e-mail address holds no white space and no control or invisible characters";
  }
  if (at < 0) return "an e-mail address has an @ between the name and the domain";
  if (at !== address.lastIndexOf("@")) return "an e-mail address has only one @";

  const refused = [...new Set([...address].filter((character) => refusedCharacters.includes(character)))];
  if (refused.length > 0) {
    const plus = refused.includes("+") ? "; plus-addressing does not work for guests, use the plain address" : "";
    return `Microsoft Graph refuses ${refused.map((character) => `"${character}"`).join(" ")} in a guest's address${plus}`;
  }

  const [localPart = "", domain = ""] = [address.slice(0, at), address.slice(at + 1)];
  if (localPart === "") return "an e-mail address has a name before the @";
  if (/^[.-]|[.-]$/.test(localPart)) {
    return "a period or a hyphen may not begin or end the part before the @ (Microsoft Graph refuses it)";
  }
  if (Buffer.byteLength(localPart) > longestLocalPart) {
    return `the part before the @ has at most ${longestLocalPart} bytes (RFC 5321)`;
  }
  if (Buffer.byteLength(address) > longestAddress) return `an address has at most ${longestAddress} bytes (RFC 5321)`;
  return domainProblem(domain);
}

function domainProblem(domain: string): string | undefined {
  const labels = domain.split(".");
  if (labels.length < 2) return "the domain after the @ has a dot, as in fabrikam.com";
  const wrong = labels.find((label) => !/^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label));
  if (wrong !== undefined) {
    return `"${domain}" is no domain name: each part between dots is made of letters, digits and inner hyphens`;
  }
  if (labels.some((label) => label.length > 63)) return "a part of a domain name has at most 63 characters";
  return undefined;
}
