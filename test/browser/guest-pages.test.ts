import { type Browser, type BrowserContext, type BrowserContextOptions, devices, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { composeInvitation } from "../../provider/microsoft/invitation-mail.ts";
import { mailsTo } from "../http/mail-inbox.ts";
import { startTestTenant, type TestTenant } from "../http/tenant-client.ts";
import { expectAccessible, looks } from "./accessibility.ts";
import { launchChromium } from "./chromium.ts";
import { openMail } from "./inbox.ts";
import { openPortal, type Portal } from "./portal.ts";

let portal: Portal;
let tenant: TestTenant;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  portal = await openPortal();
  [tenant, browser] = await Promise.all([
    startTestTenant({ mail: { smtpPort: 0, inboxPort: 0 } }),
    launchChromium(portal),
  ]);
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await tenant?.remove();
  await portal?.close();
});

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

async function invite(address: string): Promise<string> {
  const { body } = await tenant.graph("POST", "/invitations", {
    invitedUserEmailAddress: address,
    invitedUserDisplayName: "Ana-Maria Ruiz de la Prada y Sánchez-Villalobos",
    inviteRedirectUrl: portal.url,
    sendInvitationMessage: true,
  });
  return body.inviteRedeemUrl as string;
}

async function codeFor(address: string): Promise<string> {
  const mails = await mailsTo(tenant, address, 2);
  return /^\d{8}$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "";
}

describe("the guest's way", () => {
  it.each([
    ["on a phone", "phone@fabrikam.example", devices["Pixel 7"]],
    [
      "on a narrow window in the dark",
      "dark@fabrikam.example",
      { viewport: { width: 320, height: 640 }, colorScheme: "dark" },
    ],
    ["without JavaScript", "plain@fabrikam.example", { javaScriptEnabled: false }],
  ] as [string, string, BrowserContextOptions][])("can be gone %s", async (_, address, options) => {
    // axe is a script itself.
    const look = options.javaScriptEnabled === false ? async () => {} : expectAccessible;
    const page = await newPage(options);
    await page.goto(await invite(address));
    await look(page);
    await page.getByRole("button", { name: "Get started" }).click();
    await page.getByRole("heading", { name: "Enter the code" }).waitFor();
    await look(page);
    await page.getByLabel("Code from the mail").fill(await codeFor(address));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Review permissions" }).waitFor();
    await look(page);
    await page.getByRole("button", { name: "Accept" }).click();
    await page.getByRole("heading", { name: "You're in" }).waitFor();
    await look(page);
    await page.getByRole("link", { name: `Continue to ${portal.host}` }).click();
    await page.waitForURL(portal.url);

    for (const path of ["/", "/myapps", "/myapps/leave", "/directory", "/directory/deleted"]) {
      await page.goto(tenant.url + path);
      await look(page);
    }
    expect(tenant.guests().find(({ mail }) => mail === address)?.externalUserState).toBe("Accepted");
  });

  it("can be gone with the keyboard alone", async () => {
    const address = "keys@fabrikam.example";
    const page = await newPage();
    await page.goto(await invite(address));
    await pressButton(page, "Get started");
    await page.getByRole("heading", { name: "Enter the code" }).waitFor();
    // The field has the focus; Enter sends the form.
    await page.keyboard.type(await codeFor(address));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Review permissions" }).waitFor();
    await pressButton(page, "Accept");
    await page.getByRole("heading", { name: "You're in" }).waitFor();
    await pressButton(page, `Continue to ${portal.host}`);
    await page.waitForURL(portal.url);
    expect(tenant.guests().find(({ mail }) => mail === address)?.externalUserState).toBe("Accepted");
  });
});

const views = looks.map(({ width, colorScheme }) => ({ viewport: { width, height: 720 }, colorScheme }));

describe.each(views)("[axe] at $viewport.width pixels, $colorScheme,", (view) => {
  const address = `look-${view.viewport.width}-${view.colorScheme}@fabrikam.example`;

  it("every page of a guest is readable for everybody, in the guest's language", async () => {
    tenant.rehearse({ termsOfUse: true });
    const link = await invite(address);
    const page = await newPage({ ...view, locale: "de-DE" });
    for (const path of ["/sign-in", "/privacy", "/terms", "/redeem?ticket=x", "/redeem/cancelled"]) {
      await page.goto(tenant.url + path);
      expect(await page.locator("html").getAttribute("lang")).toBe("de");
      await expectAccessible(page);
    }
    await page.goto(link);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Los geht’s" }).click();
    await page.getByLabel("Code aus der Mail").fill("00000000");
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("alert").waitFor();
    await expectAccessible(page);
    await page.getByLabel("Code aus der Mail").fill(await codeFor(address));
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("heading", { name: "Berechtigungen prüfen" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Annehmen" }).click();
    await page.getByRole("heading", { name: "Sie sind dabei" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("link", { name: "Meine Apps" }).click();
    await page.getByRole("button", { name: "Abmelden" }).waitFor();
    await expectAccessible(page);
    await page.goto(`${tenant.url}/myapps/leave`);
    await expectAccessible(page);
    tenant.rehearse({ termsOfUse: false });
  });

  it("every page of the admin is", async () => {
    await invite(`old-${address}`);
    tenant.ageLinks(`old-${address}`);
    const id = tenant.guests().find(({ mail }) => mail === `old-${address}`)?.id;
    const page = await newPage(view);
    for (const path of [
      "/",
      "/directory",
      "/directory?show=expired&sort=name",
      "/directory?q=nobody-at-all",
      `/directory/users/${id}`,
      `/directory/users/${id}/confirm-delete`,
    ]) {
      await page.goto(tenant.url + path);
      await expectAccessible(page);
    }
    await page.getByRole("button", { name: /^Delete Ana/ }).click();
    await page.getByRole("button", { name: /^Undo/ }).waitFor();
    await expectAccessible(page);
    await page.goto(`${tenant.url}/directory/deleted`);
    await expectAccessible(page);
    await page.goto(`${tenant.url}/directory/deleted/${id}/purge`);
    await expectAccessible(page);
  });

  it("the inbox and the mails in it are", async () => {
    await invite(`mailed-${address}`);
    const { subject, html } = composeInvitation(
      {
        userEmailAddress: `mailed-${address}`,
        redirectUrl: portal.url,
        message: { body: "Welcome." },
      } as Parameters<typeof composeInvitation>[0],
      `${tenant.url}/redeem?ticket=x`,
      { organisation: "Contoso", domain: "contoso.example" },
    );
    const toRecipients = [{ emailAddress: { address: `mailed-${address}` } }];
    const message = { subject, body: { contentType: "HTML", content: html }, toRecipients };
    await tenant.graph("POST", "/users/invitations@contoso.example/sendMail", { message });
    const mails = await mailsTo(tenant, `mailed-${address}`, 2);

    const page = await newPage(view);
    await page.goto(tenant.links.inbox ?? "");
    await expectAccessible(page);
    for (const mail of mails) {
      await page.goto(`${tenant.links.inbox}/mails/${mail.id}`);
      const frame = page.frameLocator('iframe[title="Mail"]');
      await frame.getByRole("link", { name: "Accept invitation" }).waitFor();
      await expectAccessible(page);
      const inner = "document.querySelector('iframe').contentDocument.documentElement";
      await expect.poll(() => page.evaluate(`${inner}.scrollHeight - ${inner}.clientHeight`)).toBeLessThanOrEqual(1);
      expect(await page.evaluate(`${inner}.scrollWidth - ${inner}.clientWidth`)).toBe(0);
      await page.getByRole("link", { name: "As text" }).click();
      await expectAccessible(page);
      await page.goto(`${tenant.links.inbox}/mails/${mail.id}/html`);
      await expectAccessible(page);
    }
  });
});

it("[inbox] shows a mail that comes while it is open, on a phone as well", async () => {
  const page = await newPage(devices["Pixel 7"]);
  await page.goto(tenant.links.inbox ?? "");
  await invite("live@fabrikam.example");
  const mail = await openMail(page, "live@fabrikam.example", "Contoso invites you as a guest");
  const [guest] = await Promise.all([
    page.waitForEvent("popup"),
    mail.getByRole("link", { name: "Accept invitation" }).click(),
  ]);
  await guest.getByRole("heading", { name: "Contoso invites you" }).waitFor();
});

it("leaves a mail readable to assistive technology", async () => {
  await invite("reader@fabrikam.example");
  const [mail] = await mailsTo(tenant, "reader@fabrikam.example");
  const page = await newPage({ viewport: { width: 360, height: 640 } });
  await page.goto(`${tenant.links.inbox}/api/email/${mail?.id}/html`);
  await expectAccessible(page);
});

/** Tabs to the button, sees that its focus can be seen, and presses it. */
async function pressButton(page: Page, name: string): Promise<void> {
  const focused = page.locator(":focus");
  for (let stop = 0; stop < 20; stop++) {
    await page.keyboard.press("Tab");
    if ((await focused.count()) > 0 && (await focused.innerText()) === name) {
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline, `the outline of '${name}'`).not.toBe("none");
      return page.keyboard.press("Enter");
    }
  }
  throw new Error(`The Tab key does not reach the button '${name}'.`);
}
