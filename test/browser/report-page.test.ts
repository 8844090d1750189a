import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { standingGuest, standingOf } from "../../cli/fixtures/made-up-standing.ts";
import { pageOf } from "../../cli/standing/standing-page.ts";
import { startTenant } from "../../tenant/index.ts";
import { standingAt } from "../support/standing-at-tenant.ts";
import { expectAccessible, isTypical, looks } from "./accessibility.ts";
import { launchChromium } from "./chromium.ts";

const folder = mkdtempSync(path.join(tmpdir(), "report-"));
const tenant = await startTenant({
  dataDir: path.join(folder, "tenant"),
  seedGuests: 400,
  rehearsal: { premiumLicence: true },
});
// Nothing of a report is fetched: there is nobody to find.
const browser = await launchChromium({ host: "portal.invalid", port: 9 });
afterAll(async () => {
  await browser.close();
  await tenant.close();
  rmSync(folder, { recursive: true, force: true });
});

const listed = tenant.guests().map(({ mail }, index) => ({
  email: mail ?? "",
  ...(index % 2 === 0 && { expires: `2099-0${(index % 9) + 1}-15` }),
}));
const hostile = `<img src="https://evil.example/x" onerror="document.title='hacked'"><style>*{display:none}</style>`;
const pages = {
  "400 guests": pageOf(await standingAt(tenant, { listed, now: new Date() })),
  "no licence": pageOf(
    standingOf([standingGuest({ address: "ana@fabrikam.example" })], { signInsUnknown: "No licence." }),
  ),
  "hostile names": pageOf(
    standingOf(
      [
        standingGuest({
          address: `${"long".repeat(60)}@${"x".repeat(60)}.example`,
          displayName: hostile,
          sponsors: [],
        }),
      ],
      { organisation: hostile, missing: [hostile] },
    ),
  ),
};

async function opened(name: keyof typeof pages, options: { width: number; colorScheme: "light" | "dark" }) {
  const file = path.join(folder, `${name}.html`);
  writeFileSync(file, pages[name]);
  const { width, colorScheme } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, close: () => context.close() };
}

describe("the page of a report", () => {
  for (const name of Object.keys(pages) as (keyof typeof pages)[]) {
    for (const { width, colorScheme } of looks) {
      it(`with ${name} is accessible at ${width} px, ${colorScheme}`, async () => {
        const { page, requests, close } = await opened(name, { width, colorScheme });
        // axe takes half a minute for the long table: once on a phone, once on a desk.
        const opens = name !== "400 guests" || isTypical({ width, colorScheme });
        for (const summary of opens ? await page.locator("summary").all() : []) {
          if (!(await summary.evaluate("element => element.parentElement.open"))) await summary.click();
        }
        await expectAccessible(page);
        // It needs nothing but itself.
        expect(requests).toHaveLength(1);
        await close();
      });
    }
  }

  it("shows each picture beside its numbers, as a table", async () => {
    const { page, close } = await opened("400 guests", { width: 1280, colorScheme: "light" });
    for (const title of [
      "By partner",
      "Age of pending invitations",
      "Who leaves when",
      "Last sign-in",
      "Who answers for guests",
    ]) {
      const section = page.locator("section", { has: page.getByRole("heading", { name: title }) });
      const rows = section.getByRole("table").locator("tbody tr");
      expect(await rows.count(), title).toBe(await section.locator("table svg").count());
      expect(await rows.count(), title).toBeGreaterThan(0);
    }
    const overTime = page.locator("section", { has: page.getByRole("heading", { name: "over time" }) });
    await overTime.getByText("The months as a table").click();
    expect(await overTime.getByRole("table").locator("tbody tr").count()).toBe(24);
    expect(await overTime.locator("svg rect.accepted").count()).toBeGreaterThan(20);
    await close();
  });

  it("fits a sheet of paper, with the guests to look at", async () => {
    const { page, close } = await opened("400 guests", { width: 1280, colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.setViewportSize({ width: 720, height: 1000 });
    const overhang = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(overhang).toBe(0);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    await close();
  });

  it("shows what a guest wrote as text", async () => {
    const { page, close } = await opened("hostile names", { width: 1280, colorScheme: "light" });
    expect(await page.title()).not.toBe("hacked");
    expect(await page.locator("img, script").count()).toBe(0);
    expect(await page.locator(".people small").innerText()).toBe(hostile);
    await close();
  });
});
