import { html } from "hono/html";
import type { InvitationMail } from "../directory/mails.ts";
import { heading, page, quotation } from "./message-layout.ts";
import type { Message } from "./smtp.ts";
import { fill, type Wording, wordingFor } from "./wording.ts";

/**
 * The mail of an invitation. The personal message, like every name in it, is text: nothing in it becomes markup, and
 * none of it gets into a header.
 *
 * @param domain the domain of the organisation that invites
 */
export function invitationMessage(mail: InvitationMail, domain: string): Message {
  const wording = filled(wordingFor(mail.language), mail);
  return {
    to: mail.to,
    cc: mail.cc,
    date: new Date(mail.at),
    subject: wording.subject,
    language: wording.language,
    text: plainText(mail, domain, wording),
    html: markup(mail, domain, wording),
  };
}

function filled(wording: Wording, mail: InvitationMail): Wording {
  const entries = Object.entries(wording).map(([name, text]: [string, string | readonly string[]]) => [
    name,
    typeof text === "string" ? fill(text, mail) : text.map((line) => fill(line, mail)),
  ]);
  return Object.fromEntries(entries) as Wording;
}

function plainText(mail: InvitationMail, domain: string, wording: Wording): string {
  return [
    wording.introduction,
    mail.message === null ? wording.noMessage : `${wording.messageFrom}:\n\n${mail.message}`,
    `${wording.organisation}: ${mail.organisation}\n${wording.domain}: ${domain}\n${wording.invitedAs}: ${mail.to}`,
    `${wording.accept}:\n${mail.redeemUrl}`,
    `${wording.meaningHeading}\n${wording.meaning.map((line) => `- ${line}`).join("\n")}`,
    wording.unexpected,
    `-- \n${wording.rehearsal}\n`,
  ].join("\n\n");
}

const button =
  "display: inline-block; padding: 12px 24px; border-radius: 6px; background: #0b6b5d; color: #ffffff; font-weight: 600; text-decoration: none";

function markup(mail: InvitationMail, domain: string, wording: Wording): string {
  const facts = [
    [wording.organisation, mail.organisation],
    [wording.domain, domain],
    [wording.invitedAs, mail.to],
  ];
  const body = html`${heading(wording.heading)}
      <p>${wording.introduction}</p>
      ${
        mail.message === null
          ? html`<p>${wording.noMessage}</p>`
          : html`<p style="margin-bottom: 4px"><strong>${wording.messageFrom}</strong></p>
      ${quotation(mail.message)}`
      }
      <p>${facts.map(([name, value]) => html`${name}: <strong><bdi>${value}</bdi></strong><br>`)}</p>
      <p style="margin: 24px 0"><a href="${mail.redeemUrl}" target="_blank" rel="noopener" style="${button}">${wording.accept}</a></p>
      <p style="font-size: 14px">${wording.link}<br><a href="${mail.redeemUrl}" target="_blank" rel="noopener" style="color: #0b6b5d">${mail.redeemUrl}</a></p>
      <h2 style="margin: 24px 0 8px; font-size: 16px">${wording.meaningHeading}</h2>
      <ul style="margin: 0; padding-inline-start: 20px">${wording.meaning.map((line) => html`<li>${line}</li>`)}</ul>
      <p>${wording.unexpected}</p>`;
  return page(wording.language, wording.subject, body, wording.rehearsal);
}
