import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Has axe look at the page: nothing serious, and nothing that a narrow window would make one scroll sideways for. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  expect(serious, await page.title()).toEqual([]);

  const overhang = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  expect(overhang, `${await page.title()} is wider than its window`).toBe(0);
}
