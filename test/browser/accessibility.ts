import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** How somebody looks at a page. */
export interface Look {
  width: number;
  colorScheme: "light" | "dark";
}

/** A phone in the dark, or a desk in the light. */
export function isTypical({ width, colorScheme }: Look): boolean {
  return (width === 375) === (colorScheme === "dark");
}

/** How every page is looked at: with FIRE=all (`npm run test:all`) on a phone and a desk, light and dark. */
export const looks: readonly Look[] = [375, 1280]
  .flatMap((width): Look[] => [
    { width, colorScheme: "light" },
    { width, colorScheme: "dark" },
  ])
  .filter((look) => process.env.FIRE === "all" || isTypical(look));

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
