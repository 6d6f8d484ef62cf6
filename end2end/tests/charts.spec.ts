import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { day, defineMeasure, expectDone, expectProblem, fillDate, hasIslands, islandsAwake, registerProject, told, typed } from "../steps";

/** A measure with 24 weekly points of 20, of which 12 had it, and 17 in the last twelve weeks. */
async function changedMeasure(page: Page): Promise<string> {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Sepsis boxes"));
  const measure = await defineMeasure(page, project, "Antibiotics within the hour");
  for (const half of [0, 1]) {
    await page.goto(`${measure}/points`);
    for (const more of [5, 10]) {
      await page.getByRole("button", { name: "More rows" }).click();
      await expect(page.getByLabel(`Date, row ${more + 5}`)).toBeVisible();
    }
    for (let row = 1; row <= 12; row += 1) {
      const week = half * 12 + row - 1;
      await page.getByLabel(`Date, row ${row}`, { exact: true }).fill(typed(day(7 * (week - 24))));
      await page.getByLabel(`How many met it, row ${row}`, { exact: true }).fill(String((half ? 17 : 12) + (row % 2)));
      await page.getByLabel(`Out of how many, row ${row}`, { exact: true }).fill("20");
    }
    await page.getByRole("button", { name: "Record these points" }).click();
    await expectDone(page, "12 data points recorded.");
  }
  return measure;
}

test("the data choose the chart, a phase is started, and picture and data are taken away", async ({ page }) => {
  test.slow();
  const measure = await changedMeasure(page);
  const chart = page.getByRole("figure").first();
  await expect(chart).toContainText("p chart: Antibiotics within the hour");
  await expect(chart).toContainText("24 weekly points");
  await expect(chart.locator(".baton-chart__verdict")).toContainText("Getting better: 12 points in a row above the mean");
  await page.getByText("How this was calculated").click();
  await expect(page.getByText("Limits: p̄ ± 3 ×")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);

  await page.getByRole("link", { name: "Chart settings" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Start the phase" }).click();
  await expectProblem(page, "Enter the first day of the phase.");
  await fillDate(page, "First day of the new phase", day(-84));
  await page.getByLabel("What changed in the process").fill("Sepsis boxes on every ward");
  await page.getByRole("button", { name: "Start the phase" }).click();
  await expectDone(page, "The phase is started.");
  await expect(chart).toContainText(`Phase 2 from ${told(day(-84))}: Sepsis boxes on every ward.`);
  await expect(chart).toContainText("Mean 87.5%");
  await expect(page.getByText("What changed")).toBeVisible();

  const [picture] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download the chart (PNG)" }).click(),
  ]);
  expect(picture.suggestedFilename()).toMatch(/\.png$/);
  const image = readFileSync(await picture.path());
  expect(image.subarray(1, 4).toString()).toBe("PNG");
  expect(image.readUInt32BE(16), "wide enough for a slide").toBe(1920);
  const [data] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download the data (CSV)" }).click(),
  ]);
  const lines = readFileSync(await data.path(), "utf8").trim().split(/\r?\n/);
  expect(lines).toHaveLength(25);
  const [heading = "", first = ""] = lines;
  const centre = heading.split(",").indexOf("centre line");
  expect(Number(first.split(",")[centre])).toBeCloseTo(62.5, 6);

  await page.goto(`${measure}/chart`);
  await page.getByLabel("Rules").selectOption("making_data_count");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("How this was calculated").click();
  await expect(page.getByText("Rules: NHS Making Data Count")).toBeVisible();
});

test("a point of a chart says what it is where it is pointed at", async ({ page }) => {
  test.skip(!scripted(), "without scripts each point has a title, and stands in the table");
  test.slow();
  const measure = await changedMeasure(page);
  test.skip(!(await hasIslands(page)), "this build has no WASM");
  await islandsAwake(page);
  const slider = page.getByRole("slider", { name: "Points of the chart" });
  const tip = page.locator(".baton-reader__tip");
  await expect(tip).toBeHidden();
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(tip).toContainText(told(day(-168)));
  await page.keyboard.press("ArrowRight");
  await expect(tip).toContainText(`${told(day(-161))}: 60%`);
  await expect(slider).toHaveAttribute("aria-valuetext", new RegExp(`${told(day(-161))}: 60%`));
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(tip).toBeHidden();
  const mark = page.locator("#chart-wide-p24");
  const colour = await mark.evaluate((point) => getComputedStyle(point).fill);
  await mark.hover();
  await expect(tip).toContainText(told(day(-7)));
  expect(await mark.evaluate((point) => getComputedStyle(point).fill), "it keeps its colour").toBe(colour);
  const [over, at] = [await tip.boundingBox(), await mark.boundingBox()];
  const [top, bottom] = [over?.y ?? 0, (over?.y ?? 0) + (over?.height ?? 0)];
  const [above, below] = [(at?.y ?? 0) - bottom, top - (at?.y ?? 0) - (at?.height ?? 0)];
  expect(Math.max(above, below), "right above or below the point").toBeLessThan(20);
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(measure);
  await islandsAwake(page);
  await page.locator("#chart-narrow-p20").dispatchEvent("pointerdown", await centre(page, "#chart-narrow-p20"));
  await expect(tip).toBeVisible();
  await fitsNarrow(page);
});

async function centre(page: Page, what: string): Promise<{ clientX: number; clientY: number; bubbles: boolean }> {
  const box = await page.locator(what).boundingBox();
  return { clientX: (box?.x ?? 0) + (box?.width ?? 0) / 2, clientY: (box?.y ?? 0) + (box?.height ?? 0) / 2, bubbles: true };
}

test("the boards sum up, and anybody may see how the charts are checked", async ({ page }) => {
  await page.goto("/how-charts-are-checked");
  await expect(page.getByText("cases give the same answer")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await signInAs(page, "Margaret Ellis");
  await page.goto("/priorities");
  await page.getByRole("rowheader").getByRole("link").first().click();
  await page.getByRole("link", { name: "All their measures in one table" }).click();
  await expect(page.getByRole("table", { name: "Measures" })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.goto("/charts");
  await expect(page.getByRole("radio", { name: "3 sigma limits and Anhøj’s runs rules" })).toBeChecked();
  await axe(page);
  await fitsNarrow(page);
});
