import { join } from "node:path";
import type { Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { day, defineMeasure, expectDone, expectProblem, registerProject, told, typed } from "../steps";

async function newMeasure(page: Page, title: string): Promise<string> {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique(title));
  return defineMeasure(page, project, "Antibiotics within the hour");
}

/** So many weekly rows up to last week, as a spreadsheet copies them. */
function rows(weeks: number): string {
  const one = (week: number) => `${typed(day(-7 * (weeks - week)))}\t${10 + (week % 8)}\t20`;
  return ["Date\tYes\tTotal", ...Array.from({ length: weeks }, (_, week) => one(week))].join("\n");
}

test("yes and no are counted at the bedside and become a point", async ({ page }) => {
  await newMeasure(page, "Sepsis six on the wards");
  await page.getByRole("link", { name: "Count yes and no at the bedside" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Place (optional)").fill("Ward 4");
  await page.getByRole("button", { name: "Begin a count" }).click();
  const count = page.getByRole("status");
  await expect(count).toHaveText("0 of 0");
  await axe(page);
  await fitsNarrow(page);
  for (const [name, told] of [["Yes", "1 of 1"], ["Yes", "2 of 2"], ["No", "2 of 3"]] as const) {
    await page.getByRole("button", { name, exact: true }).click();
    await expect(count).toHaveText(told);
  }
  await page.getByRole("button", { name: "Undo the last No" }).click();
  await expect(count).toHaveText("2 of 2");
  await page.reload();
  await expect(count).toHaveText("2 of 2");
  await page.getByRole("button", { name: "No", exact: true }).click();
  await expect(count).toHaveText("2 of 3");
  await axe(page);
  await page.getByRole("link", { name: "Discard the count" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Discard the count?");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("link", { name: "Keep counting" }).click();
  await page.getByRole("button", { name: "Close and record" }).click();
  await expectDone(page, "The count is closed and recorded.");
  const row = page.getByRole("table", { name: "Points, newest first" }).getByRole("row", { name: /Ward 4/ });
  await expect(row).toContainText("2 of 3");
});

test("sixty rows are pasted, checked and recorded", async ({ page }) => {
  await newMeasure(page, "Antibiotics in the emergency department");
  await page.getByRole("link", { name: "Import from a spreadsheet" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Paste the rows").fill(rows(60));
  await page.getByRole("button", { name: "Check the rows" }).click();
  await expect(page.getByText("60 new", { exact: true })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Record 60 points" }).click();
  await expectDone(page, "60 data points imported, 0 corrected.");
  await expect(page.getByRole("figure").first()).toBeVisible();
});

test("rows that cannot be read stop an import, and are mended in place", async ({ page }) => {
  const measure = await newMeasure(page, "Fluids within the hour");
  await page.goto(`${measure}/import`);
  const text = [`Date\tYes\tTotal`, `${told(day(-20))}\t18\t24`, `${told(day(-13))}\t<3\t24`].join("\n");
  await page.getByLabel("Paste the rows").fill(text);
  await page.getByRole("button", { name: "Check the rows" }).click();
  await expect(page.getByText("1 not readable", { exact: true })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Record 1 point" }).click();
  const problem = await expectProblem(page, "1 row cannot be read. Nothing was recorded.");
  if (scripted()) await expect(problem).toBeFocused();
  await axe(page);
  await page.getByText("Mend the rows here").click();
  await page.getByLabel("The rows", { exact: true }).fill(text.replace("<3", "3"));
  await page.getByRole("button", { name: "Check again" }).last().click();
  await expect(page.getByText("2 new", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Record 2 points" }).click();
  await expectDone(page, "2 data points imported");
});

test("a CSV and an Excel file are imported", async ({ page }) => {
  const measure = await newMeasure(page, "Lactate taken on arrival");
  await page.goto(`${measure}/import`);
  await page.getByLabel("Or choose a file").setInputFiles(join(import.meta.dirname, "..", "files", "points.xlsx"));
  await page.getByRole("button", { name: "Check the rows" }).click();
  await expect(page.getByText("4 new", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Record 4 points" }).click();
  await expectDone(page, "4 data points imported");

  await page.goto(`${measure}/import`);
  const csv = Buffer.from(`date,yes,total\r\n${typed(day(-2))},5,6\r\n05/01/2026,13,24\r\n`);
  await page.getByLabel("Or choose a file").setInputFiles({ name: "points.csv", mimeType: "text/csv", buffer: csv });
  await page.getByRole("button", { name: "Check the rows" }).click();
  const order = page.getByRole("group", { name: /^Which day is/ });
  if (await order.isVisible()) {
    await order.getByRole("radio").first().check();
    await page.getByRole("button", { name: "Check again" }).first().click();
  }
  await expect(page.getByText("1 different from what is stored", { exact: true })).toBeVisible();
  await axe(page);
  await page.getByRole("radio", { name: "Correct what is stored" }).check();
  await page.getByLabel("If you correct: why?").fill("Counted again");
  await page.getByRole("button", { name: /^Record/ }).click();
  await expectDone(page, "1 data point imported, 1 corrected.");
  const table = page.getByRole("table", { name: "Points, newest first" });
  await expect(table.getByRole("row", { name: new RegExp(told(day(-2))) })).toContainText("5 of 6");
});
