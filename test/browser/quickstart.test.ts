import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStack, type ThrowAwayStack } from "../engine/throw-away-stack.ts";
import { expectAccessible } from "./accessibility.ts";
import { launchChromium } from "./chromium.ts";
import { openMail, readCode } from "./inbox.ts";
import { openPortal, type Portal } from "./portal.ts";

const ana = "ana@fabrikam.example";
const message = `Hello Ana,\n<b>"welcome"</b> to the portal & its applications.`;

/** The B2B quickstart, from the guest list to the guest and back, each step from where the one before left it. */
describe("the quickstart", () => {
  let portal: Portal;
  let test: ThrowAwayStack;
  let browser: Browser;
  let context: BrowserContext;
  let inbox: Page;
  let guest: Page;
  let redeemUrl: string;

  beforeAll(async () => {
    portal = await openPortal();
    [test, browser] = await Promise.all([openStack({ mail: { smtpPort: 0, inboxPort: 0 } }), launchChromium(portal)]);
    // The certificate is the tenant's own; a person accepts it once or trusts the tenant's authority.
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await browser?.close();
    await test?.close();
    await portal?.close();
  });

  function guestList(anasAccess: object) {
    return {
      redirectUrl: portal.url,
      // An application signs in, so Microsoft's own mail would leave the message out.
      mailFrom: "invitations@contoso.example",
      message: { body: message },
      invitations: [{ email: ana, displayName: "Ana Trujillo", ...anasAccess }, { email: "bo@northwind.example" }],
    };
  }

  it("begins with a guest list that is applied", async () => {
    test.configure(guestList({}));
    const { outputs } = await test.stack.up();
    expect(outputs.pending?.value).toBe(2);
    redeemUrl = outputs.guests?.value[ana].redeemUrl;
  });

  it("brings a mail with the personal message into the inbox", async () => {
    inbox = await context.newPage();
    await inbox.goto(test.tenant.links.inbox ?? "");
    const mail = await openMail(inbox, ana, "Contoso invites you as a guest");
    expect(await mail.locator("blockquote").innerText()).toBe(message);
    expect(await mail.locator("blockquote :not(br)").count()).toBe(0);
    expect(await mail.getByRole("link", { name: "Accept invitation" }).getAttribute("href")).toBe(redeemUrl);
  });

  it("leads from the mail to the sign-in, with a code from the same inbox", async () => {
    const mail = await openMail(inbox, ana, "Contoso invites you as a guest");
    [guest] = await Promise.all([
      inbox.waitForEvent("popup"),
      mail.getByRole("link", { name: "Accept invitation" }).click(),
    ]);
    await guest.getByRole("heading", { name: "Contoso invites you" }).waitFor();
    await expectAccessible(guest);
    await guest.getByRole("button", { name: "Get started" }).click();

    await guest.getByLabel("Code from the mail").fill("00000000");
    await guest.getByRole("button", { name: "Sign in" }).click();
    await guest.getByRole("alert").waitFor();
    await expectAccessible(guest);

    await guest.getByLabel("Code from the mail").fill(await readCode(inbox, ana));
    await guest.getByRole("button", { name: "Sign in" }).click();
  });

  it("shows what the organisation will know, and leads to the redirect URL after accepting", async () => {
    await guest.getByRole("heading", { name: "Review permissions" }).waitFor();
    expect(await guest.getByRole("main").innerText()).toContain("contoso.example");
    await expectAccessible(guest);
    await guest.getByRole("button", { name: "Accept" }).click();
    await guest.getByRole("heading", { name: "You're in" }).waitFor();
    await expectAccessible(guest);
    await guest.getByRole("link", { name: /portal\.contoso\.example/ }).click();
    await guest.waitForURL(portal.url);
    expect(await guest.title()).toBe("Partner portal");
  });

  it("says at a second visit that the invitation is accepted already, and leads on", async () => {
    await guest.goto(redeemUrl);
    await guest.getByRole("heading", { name: "You have already accepted" }).waitFor();
    await expectAccessible(guest);
    await guest.getByRole("link", { name: /portal\.contoso\.example/ }).click();
    await guest.waitForURL(portal.url);
  });

  it("shows the guest no application as long as none is assigned, then the one of the group that the list puts them in", async () => {
    await guest.goto(test.tenant.links.myApps);
    await guest.getByRole("heading", { name: "My Apps" }).waitFor();
    expect(await guest.getByRole("main").innerText()).toContain("No applications yet");
    await expectAccessible(guest);

    // The group Partners has the application Partner Portal.
    test.configure(guestList({ groups: ["Partners"] }));
    await test.stack.up();
    await guest.reload();
    const application = guest.getByRole("link", { name: "Partner Portal" });
    expect(await application.getAttribute("href")).toBe("https://partners.contoso.example/");
    await expectAccessible(guest);
  });

  it("shows the admin who has accepted", async () => {
    const admin = await context.newPage();
    await admin.goto(test.tenant.links.directory);
    const stateOf = (name: string) => admin.getByRole("row", { name }).getByRole("cell").nth(1).innerText();
    expect(await stateOf("Ana Trujillo")).toBe("Accepted");
    expect(await stateOf("bo@northwind.example")).not.toBe("Accepted");
    await expectAccessible(admin);
    await admin.getByRole("link", { name: "Ana Trujillo" }).click();
    await admin.getByRole("heading", { name: "Ana Trujillo" }).waitFor();
    await expectAccessible(admin);
  });

  it("shows in the stack's outputs, after a refresh, who has accepted", async () => {
    // As `npm run pulumi -- refresh` does it: the program makes the outputs.
    const { stdout } = await test.stack.refresh({ runProgram: true });
    expect(stdout).toMatch(/~ state +: "PendingAcceptance" => "Accepted"/);
    const outputs = await test.stack.outputs();
    expect(outputs.guests?.value[ana].state).toBe("Accepted");
    expect(outputs.accepted?.value).toBe(1);
  });

  it("ends with the guests gone and the old link dead", async () => {
    await test.stack.destroy();
    expect(test.tenant.guests()).toEqual([]);
    const answer = await guest.goto(redeemUrl);
    expect(answer?.status()).toBe(410);
    await guest.getByRole("heading", { name: "This invitation has been withdrawn" }).waitFor();
    await expectAccessible(guest);
    await guest.goto(test.tenant.links.myApps);
    expect(await guest.getByRole("heading", { name: "My Apps" }).count()).toBe(0);
  });
});
