import { html, raw } from "hono/html";
import type { InvitationMail, MailboxMail } from "../store/invitation-store.ts";
import wordings from "./mail-wording.json" with { type: "json" };

/** One mail, ready to be sent. */
export interface ComposedMail {
  /** Default: the address from which Microsoft's own mail comes. */
  from?: { name: string; address: string };
  /** Addresses alone: a name would come from outside, and nobody needs it here. */
  to: string | readonly string[];
  cc?: readonly string[];
  bcc?: readonly string[];
  replyTo?: readonly string[];
  subject: string;
  /** The language of the text, a BCP 47 tag. Absent: it is not known. */
  language?: string;
  text: string;
  html?: string;
  /** When it was written. Default: now. */
  date?: Date;
}

/** A mail with a one-time passcode. */
export interface PasscodeMail {
  to: string;
  code: string;
  organisation: string;
  validMinutes: number;
}

/** The standard text of the invitation mail in one language. `{organisation}` and `{inviter}` stand for the names. */
type Wording = (typeof wordings)[number];

/** The text for every language that has none of its own. */
export const english = wordings.find(({ language }) => language === "en") as Wording;

/**
 * The wording for the language that an invitation asks for.
 *
 * @param language a BCP 47 tag; `da-DK` gets Danish
 * @returns English where there is no wording for the language
 */
export function wordingFor(language: string): Wording {
  const [base] = language.toLowerCase().split(/[-_]/);
  return wordings.find((wording) => wording.language === base) ?? english;
}

/** Puts the names into a text. */
function fill(text: string, names: { organisation: string; inviter: string }): string {
  return text.replace(/\{(organisation|inviter)\}/g, (_, name: "organisation" | "inviter") => names[name]);
}

/** Escaped markup, as the `html` tag makes it. */
type Markup = ReturnType<typeof html>;

/**
 * The mail of an invitation. The personal message and every name in it are text: nothing in them becomes markup, and
 * none of them gets into a header.
 *
 * @param domain the domain of the organisation that invites
 */
export function invitationMail(mail: InvitationMail, domain: string): ComposedMail & { html: string } {
  const wording = filled(wordingFor(mail.language), mail);
  return {
    to: mail.to,
    cc: mail.cc,
    date: new Date(mail.at),
    subject: wording.subject,
    language: wording.language,
    text: invitationText(mail, domain, wording),
    html: invitationMarkup(mail, domain, wording),
  };
}

function filled(wording: Wording, mail: InvitationMail): Wording {
  const entries = Object.entries(wording).map(([name, text]: [string, string | readonly string[]]) => [
    name,
    typeof text === "string" ? fill(text, mail) : text.map((line) => fill(line, mail)),
  ]);
  return Object.fromEntries(entries) as Wording;
}

function invitationText(mail: InvitationMail, domain: string, wording: Wording): string {
  return [
    wording.unexpected,
    wording.introduction,
    mail.message === null ? wording.noMessage : `${wording.messageFrom}:\n\n${mail.message}`,
    `${wording.organisation}: ${mail.organisation}\n${wording.domain}: ${domain}\n${wording.invitedAs}: ${mail.to}`,
    `${wording.accept}:\n${mail.redeemUrl}`,
    `${wording.meaningHeading}\n${wording.meaning.map((line) => `- ${line}`).join("\n")}`,
    `-- \n${wording.rehearsal}\n`,
  ].join("\n\n");
}

const button =
  "display: inline-block; padding: 12px 24px; border-radius: 6px; background: #0b6b5d; color: #ffffff; font-weight: 600; text-decoration: none";

function invitationMarkup(mail: InvitationMail, domain: string, wording: Wording): string {
  const facts = [
    [wording.organisation, mail.organisation],
    [wording.domain, domain],
    [wording.invitedAs, mail.to],
  ];
  const body = html`      <p class="warning" style="margin: 0 0 20px; padding: 12px 16px; border-radius: 6px; background: #fdf1d3; color: #4d3600; font-size: 14px">${wording.unexpected}</p>
${heading(wording.heading)}
      <p>${wording.introduction}</p>
      ${
        mail.message === null
          ? html`<p>${wording.noMessage}</p>`
          : html`<p style="margin-bottom: 4px"><strong>${wording.messageFrom}</strong></p>
      ${quotation(mail.message)}`
      }
      <p>${facts.map(([name, value]) => html`${name}: <strong><bdi>${value}</bdi></strong><br>`)}</p>
      <p style="margin: 24px 0"><a href="${mail.redeemUrl}" target="_blank" rel="noopener" class="button" style="${button}">${wording.accept}</a></p>
      <p style="font-size: 14px">${wording.link}<br><a href="${mail.redeemUrl}" target="_blank" rel="noopener" style="color: #0b6b5d">${mail.redeemUrl}</a></p>
      <h2 style="margin: 24px 0 8px; font-size: 16px">${wording.meaningHeading}</h2>
      <ul style="margin: 0; padding-inline-start: 20px">${wording.meaning.map((line) => html`<li>${line}</li>`)}</ul>`;
  return frame(wording.language, wording.subject, body, wording.rehearsal);
}

/** A message as its mailbox sends it. As Exchange does, it gives a message in HTML a text part as well. */
export function mailboxMail({ at, body, ...mail }: MailboxMail): ComposedMail {
  const { from, to, cc, bcc, replyTo, subject } = mail;
  const isHtml = body.contentType === "html";
  return {
    from,
    to,
    cc,
    bcc,
    replyTo,
    // A header is one line.
    subject: subject.replace(/[\r\n]+/g, " "),
    date: new Date(at),
    text: isHtml ? textOf(body.content) : body.content,
    ...(isHtml && { html: body.content }),
  };
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** The text of an HTML message: a line for each block, and the address after each link. */
function textOf(html: string): string {
  return html
    .replace(/<(head|style|script|title)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<!doctype[^>]*>/gi, "")
    .replace(/\s+/g, " ")
    .replace(/<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)<\/a>/gi, (_, href: string, text: string) =>
      text.includes(href) ? text : `${text} <${href}>`.replace(/<(?=[^<]*$)/, "&lt;"),
    )
    .replace(/<br\b[^>]*>/gi, "\n")
    .replace(/<li\b[^>]*>/gi, "\n- ")
    .replace(/<\/(p|div|h[1-6]|ul|ol|table|blockquote)>/gi, "\n\n")
    .replace(/<\/tr>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? entity;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    })
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** The mail with a sign-in code. In English: a guest who signs in may have no invitation that names a language. */
export function passcodeMail({ to, code, organisation, validMinutes }: PasscodeMail): ComposedMail {
  const subject = `${code} is your code for ${organisation}`;
  const introduction = `Enter this code to sign in to ${organisation} as ${to}:`;
  const note = `Valid for ${validMinutes} minutes, one use. Didn't ask for it? Ignore this mail and don't share the code.`;
  return {
    to,
    subject,
    language: english.language,
    text: `${introduction}\n\n${code}\n\n${note}\n\n-- \n${english.rehearsal}\n`,
    html: frame(
      english.language,
      subject,
      html`${heading(`Your code for ${organisation}`)}
      <p>${introduction}</p>
      <p style="margin: 20px 0; font-size: 32px; font-weight: 600; letter-spacing: 4px; font-variant-numeric: tabular-nums">${code}</p>
      <p>${note}</p>`,
      english.rehearsal,
    ),
  };
}

const font = "font-family: 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** For mail programs that read stylesheets: the styles at the elements are for a wide window in the light. */
const stylesheet = `@media (max-width: 480px) {
      body { padding: 12px 8px !important; }
      .sheet { padding: 20px 16px !important; }
    }
    @media (prefers-color-scheme: dark) {
      body { background: #131714 !important; color: #ebe8df !important; }
      .sheet { background: #1c211d !important; }
      .footer { color: #a9b0a8 !important; }
      .warning { background: #3d3114 !important; color: #f3d48b !important; }
      blockquote { background: #24302a !important; color: #ebe8df !important; border-color: #86d3b8 !important; }
      a { color: #86d3b8 !important; }
      .button { background: #86d3b8 !important; color: #0c2a21 !important; }
    }`;

/**
 * The frame of a mail. Every mail program reads styles that stand at the elements. All colours are set, because some
 * programs darken what has none.
 */
function frame(language: string, title: string, body: Markup, footer: string): string {
  return String(html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>${title}</title>
    <style>${raw(stylesheet)}</style>
  </head>
  <body style="margin: 0; padding: 24px 12px; background: #eef1f0; color: #1d2b29; font-size: 16px; line-height: 1.5; ${font}">
    <main class="sheet" style="max-width: 560px; margin: 0 auto; padding: 28px 24px; background: #ffffff; border-radius: 8px; overflow-wrap: anywhere">
${body}
    </main>
    <p class="footer" style="max-width: 560px; margin: 16px auto 0; font-size: 13px; color: #4d5c59">${footer}</p>
  </body>
</html>`);
}

function heading(text: string): Markup {
  return html`      <h1 dir="auto" style="margin: 0 0 16px; font-size: 24px; line-height: 1.25">${text}</h1>`;
}

/** Text by somebody else, shown as it is: line by line, in its own direction. */
function quotation(text: string): Markup {
  return html`<blockquote dir="auto" style="margin: 0 0 20px; padding: 12px 16px; border-inline-start: 4px solid #0b6b5d; background: #f3f7f6; color: #1d2b29; white-space: pre-wrap; unicode-bidi: plaintext">${text}</blockquote>`;
}
