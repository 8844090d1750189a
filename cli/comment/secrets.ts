/**
 * Takes out of a text whatever would let its reader in: redeem URLs, tokens, and the secrets of this process.
 *
 * Pulumi hides what it knows to be secret. This is the second lock: an error message may quote what a service said.
 */

/** The places where Entra and the local tenant let a guest redeem an invitation. */
const redeemUrl = /\bhttps?:\/\/[^\s"'<>`|\\]*\bredeem\b[^\s"'<>`|\\]*/gi;
/** A JSON web token: three parts, of which the first begins with `{"` in base64. */
const token = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** Names of variables whose values are secrets. */
const secretVariable = /SECRET|TOKEN|PASSWORD|PASSPHRASE|_KEY$|CERTIFICATE$/i;
/** A shorter value would also be found in texts that mean something else. */
const shortestSecret = 8;

/**
 * @param text any text
 * @param environment where the process's own secrets are
 * @returns the text with `[redeem URL]` and `[secret]` in their places
 */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  let clean = text.replace(redeemUrl, "[redeem URL]").replace(token, "[secret]");
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.length >= shortestSecret && secretVariable.test(name)) {
      clean = clean.replaceAll(value, "[secret]");
    }
  }
  return clean;
}
