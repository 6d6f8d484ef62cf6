// What comes out of the printer: sheets and words of the PDF that the browser makes.

import { type Page } from "@playwright/test";
import { extractText, getDocumentProxy } from "unpdf";
import { expect, scripted, signInAs, test } from "../fixtures";

// One browser prints what the other does: the page is the same without scripts.
test.beforeEach(() => {
  test.skip(!scripted(), "it is printed with JavaScript only: the pages are the same");
});

interface Printed {
  sheets: number;
  /** The words of each sheet. */
  words: string[];
  all: string;
  /** Of the first sheet, in points. */
  width: number;
  height: number;
}

async function print(page: Page): Promise<Printed> {
  const pdf = await getDocumentProxy(new Uint8Array(await page.pdf({ preferCSSPageSize: true, printBackground: false })));
  const { text } = await extractText(pdf, { mergePages: false });
  const words = text.map((sheet) => sheet.replace(/\s+/g, " "));
  const [, , width = 0, height = 0] = (await pdf.getPage(1)).view;
  return { sheets: pdf.numPages, words, all: words.join(" "), width, height };
}

/** What sticks out of an A4 sheet with its margins, when the page is printed. */
async function clipped(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 688, height: 1000 });
  await page.emulateMedia({ media: "print" });
  const found = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll("main table, main svg, main h1, main p, main dd, main td, main th")]
      .filter((one) => {
        const box = one.getBoundingClientRect();
        const hidden = getComputedStyle(one).visibility === "hidden" || one.closest(".nhsuk-u-visually-hidden");
        return box.width > 0 && !hidden && (box.right > wide || box.left < -1);
      })
      .map((one) => `${one.tagName.toLowerCase()}: ${(one.textContent ?? "").slice(0, 60)}`);
  });
  await page.emulateMedia({ media: null });
  if (before) await page.setViewportSize(before);
  return found;
}

/** The demonstration's fullest project, whose page is open. */
async function openProject(page: Page): Promise<string> {
  await signInAs(page, "Priya Raman");
  await page.getByRole("region", { name: /^Projects you lead/ }).getByRole("link", { name: "Improving the safety of weekend handover on hospital wards", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Improving the safety of weekend handover on hospital wards");
  return new URL(page.url()).pathname;
}

/** What is pressed, and says nothing on paper. */
const pressed = /Record a data point|Record a point|Record it|Hand it over|Download|All measures in one table|Define a measure|Sign out|Search|Skip to main|Menu/;

test("a project is printed on two sheets", async ({ page }) => {
  await openProject(page);
  const { sheets, all, words } = await print(page);
  expect(all).not.toMatch(pressed);
  for (const heading of ["Led by", "Supervised by", "Next measurement", "Next step", "Measures", "About this project", "Team", "PDSA cycles"]) {
    expect(words.join(" "), heading).toContain(heading);
  }
  expect(words[0], "people first see its charts").toContain("Measures");
  expect(await clipped(page)).toEqual([]);
  expect(sheets, all).toBeLessThanOrEqual(2);
});

test("a handover summary is printed on one sheet", async ({ page }) => {
  const project = await openProject(page);
  await page.goto(`${project}/pack`);
  const { sheets, all } = await print(page);
  expect(all).not.toMatch(pressed);
  for (const part of ["State", "Next step", "Led by", "Team", "Priya Raman"]) expect(all, part).toContain(part);
  expect(await clipped(page)).toEqual([]);
  expect(sheets, all).toBe(1);
});

test("a measure is printed with its chart first and no form", async ({ page }) => {
  await openProject(page);
  await page.locator('.baton-overview a[href^="/measures/"]').first().click();
  const name = ((await page.getByRole("heading", { level: 1 }).textContent()) ?? "").replace(/^.*QI-\d{4}-\d{4}/, "").trim();
  const { sheets, words, all } = await print(page);
  expect(all).not.toMatch(pressed);
  expect(all).not.toMatch(/Record the point|How many met it\?|For example|Copy the chart|Chart settings|Edit the measure|Undo/);
  expect(words[0]).toContain(name);
  expect(words[0], "the chart is on the first sheet, with its verdict").toMatch(/chart: /);
  expect(all.indexOf("chart: "), "and before the data").toBeLessThan(all.indexOf("Points, newest first"));
  expect(await clipped(page)).toEqual([]);
  expect(sheets, all).toBeLessThanOrEqual(2);
});

test("a team is printed whole", async ({ page }) => {
  const project = await openProject(page);
  await page.goto(`${project}/team`);
  expect(await clipped(page)).toEqual([]);
  const { sheets, all } = await print(page);
  expect(all).not.toMatch(/Leave the team|Invite|Change role|A word to them/);
  const table = page.getByRole("table", { name: "In the team" });
  for (const heading of await table.getByRole("columnheader").allTextContents()) {
    if (!/^(Change|Open|Actions?|)$/.test(heading.trim())) expect(all, heading).toContain(heading.trim());
  }
  for (const row of await table.getByRole("rowheader").allTextContents()) expect(all, row).toContain(row.trim());
  expect(all).toContain("Priya Raman");
  expect(sheets, all).toBe(1);
});

test("the board of a priority is printed whole", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/priorities");
  // One that projects work on.
  const board = page.getByRole("link", { name: /measures/i }).first();
  await page.locator('main a[href^="/priorities/0"]').first().click();
  await board.click();
  await expect(page).toHaveURL(/\/priorities\/[^/]+\/board$/);
  expect(await clipped(page)).toEqual([]);
  const { sheets, all } = await print(page);
  for (const heading of ["Measure", "Project", "Latest", "Centre line", "Target"]) expect(all, heading).toContain(heading);
  const names = await page.locator('main table a[href^="/measures/"]').allTextContents();
  for (const name of names) expect(all.replace(/[\s-]/g, ""), name).toContain(name.replace(/[\s-]/g, ""));
  // Other tests add measures to the priority.
  expect(sheets, all).toBeLessThanOrEqual(2 + Math.floor(names.length / 10));
});

test("a slide is printed on one landscape sheet, and kept as a picture", async ({ page }) => {
  const project = await openProject(page);
  await page.goto(`${project}/slide`);
  const { sheets, all, width, height } = await print(page);
  expect(sheets, all).toBe(1);
  expect(width, "it is landscape").toBeGreaterThan(height);
  for (const part of ["Improving the safety of weekend handover", "Aim:", "Next step", "From Baton on"]) expect(all).toContain(part);
  expect(all).not.toMatch(pressed);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the slide (PNG)" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^qi-\d{4}-\d{4}-slide\.png$/);
  const picture = await (await import("node:fs/promises")).readFile(await download.path());
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1920, 1080]);
});
