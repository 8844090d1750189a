import { createHash } from "node:crypto";
import { canonicalAddress } from "../../model/email-address.ts";
import { listMails } from "../../model/guest-list.ts";
import type { InvitationInputs } from "../../model/invitation.ts";
import { copiesOf } from "../../model/message.ts";
import type { Deadline } from "../deadline.ts";
import { OutcomeUnknown } from "../microsoft/graph-client.ts";
import { composeInvitation } from "../microsoft/invitation-mail.ts";
import type { Mail, Mailbox, Mailboxes } from "../microsoft/mailbox.ts";
import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import { type Engine, isUnknown, type Properties, type Severity } from "../pulumi/resource-provider.ts";
import { type Directory, timeToTell } from "./guest-look-up.ts";
import type { Facts } from "./guest-state.ts";

/** What mailing from a mailbox of the tenant works with. */
export interface MailContext extends Directory {
  engine: Engine;
  mailboxes: Mailboxes;
}

/** Inputs whose mail leaves from a mailbox of the tenant. */
export type MailedInputs = InvitationInputs & { mailFrom: string };

/** Whether the guest's mail leaves from a mailbox of the tenant. */
export function hasOwnMail(inputs: InvitationInputs): inputs is MailedInputs {
  return inputs.mailFrom !== undefined && inputs.sendInvitation;
}

/** A guest who is to be mailed. */
export interface MailOrder {
  inputs: MailedInputs;
  /** What is known of the guest; `mailedAt` tells one mail of the same content from the next. */
  facts: Facts;
  urn: string;
  /** True where a run that was cut short may have mailed already. */
  mayBeMailed: boolean;
  /** The newest link, with which the guest accepts. Not asked for where the mail is written already. */
  link: () => Promise<Partial<Facts> & { redeemUrl: string }>;
}

/**
 * Mails a guest from a mailbox of the tenant, exactly once for each content: the mailbox itself tells by a key whether
 * a run that was cut short has sent the mail, or only written it.
 *
 * @returns what is known now: when and by whom the guest was mailed, and what the link brought about
 */
export async function mailGuest(
  context: MailContext,
  { inputs, facts, urn, mayBeMailed, link }: MailOrder,
  deadline: Deadline,
): Promise<Partial<Facts>> {
  const { mailboxes, replication, engine } = context;
  const mailbox = await mailboxes.open(inputs.mailFrom, urn, deadline);
  const key = mailKey(inputs, facts);
  const settled = mayBeMailed ? replication.startedAt + replication.time : 0;
  let mail = await mailbox.findUntil(key, settled, (found) => found !== undefined, deadline);
  let told: Partial<Facts> = { mailedBy: mailbox.address };
  let sentAt = mail?.sentAt;
  if (mail === undefined) {
    const invited = await link();
    told = { ...invited, ...told };
    const written = mailOf(inputs, invited.redeemUrl, mailbox);
    mail = await mailbox.draft(written, key, timeToTell(context), deadline);
    if (mail === undefined) sentAt = await sendBlindly(mailbox, written, key, deadline);
  }
  if (mail !== undefined) sentAt ??= mail.sentAt ?? (await mailbox.send(mail.id, key, timeToTell(context), deadline));
  const progress = mailbox.progress();
  if (progress !== undefined) engine.log("info", progress, urn);
  return { ...told, mailedAt: sentAt && later(sentAt, facts.mailedAt) };
}

/** Graph's clock counts seconds, and the key of the next mail needs a time that no mail before has had. */
function later(sentAt: string, before = ""): string {
  return sentAt > before ? sentAt : new Date(Date.parse(before) + 1).toISOString();
}

function sendBlindly(mailbox: Mailbox, mail: Mail, key: string, deadline: Deadline): Promise<string> {
  return mailbox.sendBlindly(mail, key, deadline).catch((error) => {
    if (!(error instanceof OutcomeUnknown)) throw error;
    throw new Error(
      `${error.message}. With the permission Mail.Send alone nobody can tell whether the mail went out, and the next run ` +
        "mails again. Look into the mailbox's sent items first, or grant Mail.ReadWrite",
    );
  });
}

/** Names a mail: this guest, this address of theirs, this content, this resend mark, after the mail before it. */
function mailKey(inputs: InvitationInputs, facts: Facts) {
  const { userEmailAddress, message = {}, redirectUrl, mailSubject, mailTemplate, resend } = inputs;
  const { body, language, additionalRecipients } = message;
  const copies = copiesOf(additionalRecipients);
  const to = canonicalAddress(userEmailAddress);
  const content = [to, body, language, copies, redirectUrl, mailSubject, mailTemplate, resend];
  const digest = createHash("sha256").update(JSON.stringify([content, facts.mailedAt ?? "first"]));
  return `${facts.userId}/${digest.digest("hex")}`;
}

function mailOf(inputs: InvitationInputs, redeemUrl: string, { sender }: Mailbox): Mail {
  const { subject, html } = composeInvitation(inputs, redeemUrl, sender);
  const recipient = (address: string) => ({ emailAddress: { address } });
  return {
    subject,
    body: { contentType: "html", content: html },
    toRecipients: [recipient(inputs.userEmailAddress)],
    ccRecipients: copiesOf(inputs.message?.additionalRecipients).map(recipient),
  };
}

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
    if (!parsed.success) return [];
    const { addresses, guests: count = addresses.length } = parsed.data;
    return count > 0 ? [{ ...parsed.data, count }] : [];
  });
  if (groups.length === 0) return [];
  const senders = groups.map(({ from, count, concealed }) => {
    if (from === undefined) return `${guests(count)} by Microsoft`;
    return `${guests(count)} by ${concealed ? "a mailbox of yours" : from}`;
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
