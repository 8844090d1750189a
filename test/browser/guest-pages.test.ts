import { type Browser, type BrowserContext, type BrowserContextOptions, devices, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { mailsTo } from "../http/mail-inbox.ts";
import { startTestTenant, type TestTenant } from "../http/tenant-client.ts";
import { expectAccessible } from "./accessibility.ts";
import { launchChromium } from "./chromium.ts";
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
    await page.waitForURL(portal.url);
    expect(tenant.guests().find(({ mail }) => mail === address)?.externalUserState).toBe("Accepted");
  });
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
