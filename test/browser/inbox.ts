import type { FrameLocator, Page } from "playwright-core";

/** Opens the newest mail to an address whose subject fits, in the inbox that the page shows. */
export async function openMail(inbox: Page, to: string, subject: string | RegExp): Promise<FrameLocator> {
  const mails = inbox.getByRole("region", { name: "Mails" });
  // A narrow window shows the list or the mail.
  if (!(await mails.isVisible())) await inbox.getByRole("link", { name: "All mails" }).click();
  await mails
    .getByRole("listitem")
    .filter({ hasText: to })
    .filter({ hasText: subject })
    .first()
    .getByRole("link")
    .click();
  await inbox.getByRole("heading", { name: subject }).waitFor();
  return inbox.frameLocator('iframe[title="Mail"]');
}

/** The code in the newest mail with one to this address. */
export async function readCode(inbox: Page, to: string): Promise<string> {
  const mail = await openMail(inbox, to, /is your code/);
  const text = await mail.locator("main").innerText();
  const code = /^\d{8}$/m.exec(text)?.[0];
  if (code === undefined) throw new Error(`There is no code in the mail: ${text}`);
  return code;
}
