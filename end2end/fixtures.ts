// What every journey uses. Import `test` and `expect` from here: this `test` fails when a page
// breaks the content security policy or a script on it throws.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test as base, type Page, type TestInfo } from "@playwright/test";

export { expect };

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wcag22aa = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const test = base.extend<{ faults: string[] }>({
  // Filled while the test runs; a journey that provokes a fault on purpose empties it.
  faults: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(`a script failed: ${error.message}`));
      page.on("console", (message) => {
        if (/content security policy/i.test(message.text())) faults.push(message.text());
      });
      await use(faults);
      expect(faults, "faults that the browser reported").toEqual([]);
    },
    { auto: true },
  ],
});

/** Whether this test runs with JavaScript. */
export function scripted(info: TestInfo = test.info()): boolean {
  return info.project.use.javaScriptEnabled !== false;
}

/** Signs in as one of the demonstration's people, by name; whoever was signed in no longer is. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
}

/** A title that no other test and no earlier run used. */
export function unique(title: string): string {
  return `${title} ${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
}

interface Finding {
  id: string;
  help: string;
  nodes: { html: string; target: string[]; any: { data?: { messageKey?: string } | null }[] }[];
}

/** What axe finds against WCAG 2.2 AA and good practice, and what it cannot decide and nobody has explained. */
export async function findings(page: Page): Promise<string[]> {
  // Evaluated rather than added as a script: the page's policy would refuse one, and stays on.
  await page.evaluate(axeSource);
  return page.evaluate(async (tags) => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: Finding[]; incomplete: Finding[] }> };
    };
    const { violations, incomplete } = await axe.run({ runOnly: tags, resultTypes: ["violations", "incomplete"] });
    const why = (node: Finding["nodes"][number]) => node.any[0]?.data?.messageKey ?? "";
    // Contrast that axe cannot decide, and why it is no fault: letters of a picture, whose colours are measured with its
    // style sheet; letters beside a box that a control draws as a pseudo-element; letters that a table or a picture has
    // scrolled out of its region on a narrow screen, and that it decides on a large one; and what the opened list of
    // trusts lies over, in the header, until it is closed.
    const explained = (one: Finding, node: Finding["nodes"][number]) => {
      if (one.id !== "color-contrast") return false;
      const element = document.querySelector(node.target[0] ?? "");
      const region = element?.closest(".baton-table-region, .baton-drawing--scrolls, .baton-chart__drawing");
      const scrolls = region !== null && region !== undefined && region.scrollWidth > region.clientWidth;
      const covered = Boolean(element?.closest(".baton-header:has(.baton-header__switch[open])"));
      const pictured = /^<(text|tspan|svg)\b/.test(node.html);
      return pictured || covered || ["pseudoContent", "shortTextContent"].includes(why(node)) || (why(node) === "elmPartiallyObscured" && scrolls);
    };
    const undecided = incomplete.map((one) => ({ ...one, nodes: one.nodes.filter((node) => !explained(one, node)) }));
    const told = ({ id, help, nodes }: Finding) => `${id}: ${help}: ${nodes.map((node) => `${node.html} ${why(node)}`).join(" | ")}`;
    return [...violations.map(told), ...undecided.filter((one) => one.nodes.length > 0).map((one) => `undecided: ${told(one)}`)];
  }, [...wcag22aa, "best-practice"]);
}

/** Asserts that axe finds nothing against WCAG 2.2 AA or good practice, and that the page has one h1. */
export async function axe(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  if (!scripted()) return;
  expect(await findings(page), `what axe found on ${page.url()}`).toEqual([]);
}

/** Asserts that the page needs no sideways scrolling at 320 px, which is 1280 px at 400 % zoom. */
export async function fitsNarrow(page: Page): Promise<void> {
  if (!scripted()) return;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
  });
  if (before) await page.setViewportSize(before);
  expect(wide, `what is wider than 320 px on ${page.url()}`).toEqual([]);
}

/** Keeps a picture for the README, when it is asked for (`make screenshots`). */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  if (process.env.SCREENSHOTS !== "1" || !scripted()) return;
  const path = join(import.meta.dirname, "..", "docs", "screenshots", `${name}.png`);
  await page.screenshot({ path, fullPage, animations: "disabled" });
}
