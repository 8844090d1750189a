// npm run screenshots: the pictures in docs/images, taken from the guests of stack `local` in a tenant of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { parse } from "yaml";
import { pageOf } from "../../cli/standing/standing-page.ts";
import { startTenant } from "../../tenant/index.ts";
import { repository } from "../../tools/toolchain.ts";
import { openStack, type ThrowAwayStack } from "../engine/throw-away-stack.ts";
import { standingAt } from "../support/standing-at-tenant.ts";
import { launchChromium } from "./chromium.ts";
import { openMail, readCode } from "./inbox.ts";
import { openPortal } from "./portal.ts";

const images = path.join(repository, "docs", "images");
const stacks = path.join(repository, "stacks");
const viewport = { width: 1000, height: 680 };
const ana = "ana@fabrikam.example";

const portal = await openPortal();
const [stack, browser] = await Promise.all([
  openStack({ mail: { smtpPort: 0, inboxPort: 0 } }),
  launchChromium(portal),
]);
try {
  mkdirSync(images, { recursive: true });
  applyLocalGuests(stack);
  await stack.stack.up();
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
  await picture(context, stack);
  await pictureReport();
} finally {
  await browser.close();
  await stack.close();
  await portal.close();
}

/** The guest list of stack `local`, with everything it points to. */
function applyLocalGuests({ configure, writeFile }: ThrowAwayStack): void {
  const { config } = parse(readFileSync(path.join(stacks, "Pulumi.local.yaml"), "utf8"));
  const guests = Object.fromEntries(
    Object.entries(config as Record<string, unknown>).map(([key, value]) => [key.replace(/^guests:/, ""), value]),
  );
  const lists = (guests.lists ?? []) as string[];
  for (const list of lists) writeFile(path.basename(list), readFileSync(path.join(stacks, list), "utf8"));
  // The guest is led to a page that is there.
  configure({ ...guests, lists: lists.map((list) => path.basename(list)), redirectUrl: portal.url });
}

async function picture(context: BrowserContext, stack: ThrowAwayStack): Promise<void> {
  const { tenant } = stack;
  const inbox = await context.newPage();
  await inbox.goto(tenant.links.inbox ?? "");
  await inbox
    .getByRole("region", { name: "Mails" })
    .getByRole("listitem")
    .nth(tenant.mails().length - 1)
    .waitFor();
  await save(inbox, "inbox");

  const mail = await openMail(inbox, ana, "Contoso invites you as a guest");
  await save(inbox, "mail");

  const [guest] = await Promise.all([
    inbox.waitForEvent("popup"),
    mail.getByRole("link", { name: "Accept invitation" }).click(),
  ]);
  await guest.getByRole("button", { name: "Get started" }).click();
  await guest.getByLabel("Code from the mail").fill(await readCode(inbox, ana));
  await guest.getByRole("button", { name: "Sign in" }).click();
  await guest.getByRole("heading", { name: "Review permissions" }).waitFor();
  await save(guest, "review-permissions", { width: 640, height: 600 });

  await guest.getByRole("button", { name: "Accept" }).click();
  await guest.getByRole("heading", { name: "You're in" }).waitFor();
  await joinPartners(stack);
  await guest.goto(tenant.links.myApps);
  await save(guest, "my-apps", { width: 1000, height: 460 });

  const admin = await context.newPage();
  await admin.goto(tenant.links.directory);
  await save(admin, "directory", { width: 1000, height: 600 });
}

/** The report on a tenant that begins with 400 guests, as of a day that stays the same. */
async function pictureReport(): Promise<void> {
  const now = new Date("2026-11-26T12:00:00Z");
  const dataDir = mkdtempSync(path.join(tmpdir(), "report-"));
  const tenant = await startTenant({
    dataDir,
    seedGuests: 400,
    now: () => now,
    // The reader's clock goes on.
    tokenLifetimeSeconds: 10 * 365 * 86_400,
    rehearsal: { premiumLicence: true },
  });
  try {
    const lastDay = (index: number) => new Date(now.getTime() + ((index * 37) % 420) * 86_400_000).toISOString();
    const listed = tenant.guests().map(({ mail }, index) => ({
      email: mail ?? "",
      ...(index % 3 > 0 && { expires: lastDay(index).slice(0, 10) }),
    }));
    const page = await browser.newPage({ viewport: { width: 1000, height: 1180 } });
    await page.setContent(pageOf(await standingAt(tenant, { listed, now })));
    const file = path.join(images, "guests-report.png");
    writeFileSync(file, await page.screenshot({ animations: "disabled" }));
    console.log(path.relative(repository, file));
  } finally {
    await tenant.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The members of the group Partners have an application. */
async function joinPartners({ tenant, graph, guestIds }: ThrowAwayStack): Promise<void> {
  const { body } = await graph("GET", "/groups?$filter=displayName eq 'Partners'");
  await graph("POST", `/groups/${body.value[0].id}/members/$ref`, {
    "@odata.id": `${tenant.url}/v1.0/directoryObjects/${guestIds()[ana]}`,
  });
}

/** @param least what is below is in the picture, too, except in the inbox, which scrolls within itself */
async function save(page: Page, name: string, least = viewport): Promise<void> {
  await page.setViewportSize(least);
  await page.evaluate("document.fonts.ready");
  const file = path.join(images, `${name}.png`);
  writeFileSync(file, await page.screenshot({ animations: "disabled", caret: "hide", fullPage: true }));
  console.log(path.relative(repository, file));
}
