import { html } from "hono/html";
import type { PasscodeMail } from "../tenant-context.ts";
import { english } from "./languages/en.ts";
import { heading, page } from "./message-layout.ts";
import type { Message } from "./smtp.ts";

/** The mail with the code that proves an address. In English: who asks for it may have no invitation with a language. */
export function passcodeMessage({ to, code, organisation, validMinutes }: PasscodeMail): Message {
  const subject = `${code} is your code for ${organisation}`;
  const introduction = `Enter this code to sign in to ${organisation} as ${to}:`;
  const note = `It is good for ${validMinutes} minutes, and once. If you did not ask for it, do nothing, and give it to nobody.`;
  return {
    to,
    subject,
    language: english.language,
    text: `${introduction}\n\n${code}\n\n${note}\n\n-- \n${english.rehearsal}\n`,
    html: page(
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
