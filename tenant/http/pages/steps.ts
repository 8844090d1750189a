import { html } from "hono/html";
import type { Markup } from "./page-layout.ts";

const all = [
  { step: "get-started", text: "Get started" },
  { step: "sign-in", text: "Sign in" },
  { step: "review", text: "Review permissions" },
] as const;

/** Where the guest is on the way from the mail to the organisation. */
export function steps(current: (typeof all)[number]["step"]): Markup {
  const reached = all.findIndex(({ step }) => step === current);
  return html`<ol class="steps" aria-label="Steps">${all.map(
    ({ step, text }, index) => html`
      <li class="${index < reached ? "done" : index === reached ? "now" : "next"}"${step === current && html` aria-current="step"`}>${text}${index < reached && html`<span class="unseen"> (done)</span>`}</li>`,
  )}
    </ol>`;
}
