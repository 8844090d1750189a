import { listMails } from "../../model/guest-list.ts";
import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import { isUnknown, type Properties, type Severity } from "../pulumi/resource-provider.ts";

/** A line for the person who runs Pulumi. */
interface Notice {
  severity: Severity;
  message: string;
}

/**
 * Tells, in previews too, who mails the guests of a list, and which personal messages will not arrive.
 *
 * Source: Microsoft's page "Troubleshoot B2B collaboration": its own mail leaves the personal message out when an
 * application invites.
 *
 * @param list the inputs of a `GuestList`; a preview may not know who mails
 * @param signIn who invites
 */
export function mailNotices({ mails }: Properties, signIn: SignInKind): Notice[] {
  if (!Array.isArray(mails)) return [];
  const groups = mails.flatMap((group) => {
    const isLater = isUnknown((group as Properties).from);
    const parsed = listMails.safeParse(isLater ? { ...(group as Properties), from: "", concealed: true } : group);
    return parsed.success && parsed.data.addresses.length > 0 ? [parsed.data] : [];
  });
  if (groups.length === 0) return [];
  const senders = groups.map(({ from, addresses, concealed }) => {
    if (from === undefined) return `${guests(addresses.length)} by Microsoft`;
    return `${guests(addresses.length)} by ${concealed ? "a mailbox of yours" : from}`;
  });
  const lost = groups.reduce((sum, { from, withBody }) => sum + (from === undefined ? withBody : 0), 0);
  const notices: Notice[] = [{ severity: "info", message: `Mails: ${senders.join(", ")}.` }];
  if (lost > 0 && signIn !== "person") {
    const when = signIn === "application" ? "" : " if an application signs in";
    const message =
      `The personal message of ${guests(lost)} will be left out${when}: Microsoft's mail carries it only when a person ` +
      "invites. To have it delivered, set guests:mailFrom (mailFrom on GuestInvitations) to a mailbox of your tenant; see docs/mail.md.";
    notices.push({ severity: "warning", message });
  }
  return notices;
}

function guests(count: number): string {
  return count === 1 ? "1 guest" : `${count} guests`;
}
