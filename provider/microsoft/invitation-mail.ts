import type { InvitationInputs } from "../../model/invitation.ts";
import { placePattern, type TemplatePlace } from "../../model/message.ts";
import { type MailWording, mailWording } from "./invitation-wording.ts";

/** Who invites, as the guest reads it. */
export interface Sender {
  organisation: string;
  /** The organisation's main domain. */
  domain: string;
}

/** The subject and the body of a mail. */
export interface ComposedInvitation {
  subject: string;
  html: string;
}

/**
 * The mail of an invitation: the standard text, or the list's template.
 *
 * Everything that is put in is text and is escaped: neither a message nor a name becomes markup.
 *
 * @param inputs what is declared of the guest
 * @param redeemUrl the link by which the guest accepts
 * @param sender who invites
 */
export function composeInvitation(inputs: InvitationInputs, redeemUrl: string, sender: Sender): ComposedInvitation {
  const { message = {}, mailSubject, mailTemplate } = inputs;
  const values: Record<TemplatePlace, string> = {
    ...sender,
    redeemUrl,
    message: message.body ?? "",
    displayName: inputs.userDisplayName ?? inputs.userEmailAddress,
    email: inputs.userEmailAddress,
    redirectUrl: inputs.redirectUrl,
  };
  const wording = mailWording(message.language);
  return {
    subject: oneLine(mailSubject ?? wording.subject.replaceAll("{organisation}", () => sender.organisation)),
    html: mailTemplate === undefined ? standardMail(wording, values) : filledTemplate(mailTemplate, values),
  };
}

function filledTemplate(template: string, values: Record<TemplatePlace, string>): string {
  return template.replace(placePattern, (_, name: string) => markup(values[name.trim() as TemplatePlace]));
}

const button =
  "display: inline-block; padding: 12px 24px; border-radius: 6px; background: #0b5cad; color: #ffffff; font-weight: 600; text-decoration: none";

/** In the dark, for mail programs that read stylesheets: the styles at the elements are the light ones. */
const dark = `@media (prefers-color-scheme: dark) {
  body { background: #16191d !important; color: #e6e9ed !important; }
  .warning { background: #3a2f12 !important; color: #f5d88f !important; }
  blockquote { background: #20262d !important; color: #e6e9ed !important; border-color: #6ea8e6 !important; }
  a { color: #8cbcf0 !important; }
  .button { background: #8cbcf0 !important; color: #0a1b2c !important; }
}`;

function standardMail(wording: MailWording, values: Record<TemplatePlace, string>): string {
  const said = (text: string) =>
    markup(text.replace(/\{(organisation|displayName)\}/g, (_, name: TemplatePlace) => values[name]));
  const url = markup(values.redeemUrl);
  const message = [
    `<p style="margin-bottom: 4px"><strong>${said(wording.messageFrom)}</strong></p>`,
    `<blockquote style="margin: 0 0 16px; padding: 12px 16px; border-left: 4px solid #0b5cad; background: #f2f5f9; color: #1b1f24" dir="auto">${markup(values.message)}</blockquote>`,
  ];
  const facts = [
    [wording.organisation, values.organisation],
    [wording.domain, values.domain],
    [wording.invitedAs, values.email],
  ].map(([name = "", value = ""]) => `${markup(name)}: <strong><bdi>${markup(value)}</bdi></strong>`);
  return [
    `<!doctype html>\n<html lang="${wording.language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${markup(oneLine(wording.subject.replaceAll("{organisation}", () => values.organisation)))}</title>`,
    `<style>${dark}</style></head>`,
    '<body style="margin: 0; padding: 24px 16px; background: #ffffff; color: #1b1f24; font: 16px/1.5 Segoe UI, Helvetica, Arial, sans-serif">',
    '<main style="max-width: 600px; margin: 0 auto; overflow-wrap: anywhere">',
    `<p class="warning" style="margin: 0 0 20px; padding: 12px 16px; border-radius: 6px; background: #fdf1d3; color: #4d3600; font-size: 14px"><strong>${said(wording.unexpected)}</strong></p>`,
    `<p>${said(wording.greeting)}</p>`,
    `<p>${said(wording.introduction)}</p>`,
    ...(values.message === "" ? [] : message),
    `<p>${facts.join("<br>\n")}</p>`,
    `<p style="margin: 24px 0"><a href="${url}" target="_blank" rel="noopener" class="button" style="${button}">${said(wording.accept)}</a></p>`,
    `<p style="font-size: 14px">${said(wording.link)}<br>\n<a href="${url}" target="_blank" rel="noopener" style="color: #0b5cad">${url}</a></p>`,
    `<p style="font-size: 14px">${said(wording.arrival)} ${markup(values.redirectUrl)}</p>`,
    `<p>${said(wording.meaning)}</p>`,
    "</main></body></html>\n",
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as markup: escaped, its line breaks kept. */
function markup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "").replace(/\r\n|\r|\n/g, "<br>\n");
}

/** An organisation's name may hold anything; a subject is one line. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
