import { readFileSync } from "node:fs";
import type { Download, Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { answerForShare, answer, day, defineMeasure, expectDone, expectProblem, fillDate, hasIslands, islandsAwake, recordPoint, registerProject, told, typed, unfold } from "../steps";

async function newMeasure(page: Page, title: string): Promise<{ project: string; measure: string }> {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique(title));
  const measure = await defineMeasure(page, project, "Antibiotics within the hour");
  return { project, measure };
}

function text(download: Download): Promise<string> {
  return download.path().then((path) => readFileSync(path, "utf8"));
}

test("a measure is defined, a point recorded and read in picture, words and table", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Sepsis on the surgical wards"));
  await answer(page, "Next measurement").getByRole("link", { name: "Define a measure" }).click();
  await axe(page);
  await fitsNarrow(page);
  await expect(page.getByRole("group", { name: "Is it rare?" })).toBeHidden();
  await answerForShare(page);
  await expect(page.getByLabel("Unit")).toHaveCount(0);
  await axe(page);
  await fitsNarrow(page);
  const save = await page.getByRole("button", { name: "Save the measure" }).boundingBox();
  if (scripted()) expect((save?.y ?? 0) + (save?.height ?? 0), "two screens of 900 px").toBeLessThan(1800);
  await page.getByLabel("Name", { exact: true }).fill("Antibiotics within the hour");
  await page.getByRole("button", { name: "Save the measure" }).click();
  const problem = await expectProblem(page, "Say exactly what is measured");
  if (scripted()) await expect(problem).toBeFocused();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Antibiotics within the hour");
  await axe(page);

  await defineMeasure(page, project, "Antibiotics within the hour");
  await axe(page);
  await fitsNarrow(page);
  await recordPoint(page, day(-7), 12, 20);
  await expectDone(page, "The measurement is recorded.");
  const chart = page.getByRole("figure");
  await expect(chart.first()).toContainText("Run chart: Antibiotics within the hour");
  await expect(chart.first()).toContainText("1 point");
  const row = page.getByRole("table", { name: "Points, newest first" }).getByRole("row", { name: new RegExp(told(day(-7))) });
  await expect(row).toContainText("60");
  await expect(row).toContainText("Priya Raman");
  await axe(page);
  await fitsNarrow(page);

  await page.goto(project);
  await expect(answer(page, "Next measurement")).toContainText(told(day(0)));
  await expect(page.getByRole("figure").first()).toContainText("Antibiotics within the hour");
  await axe(page);
  await fitsNarrow(page);
});

test("many points are recorded at once", async ({ page }) => {
  await newMeasure(page, "Peak flow before discharge");
  await page.getByRole("link", { name: "Record many points at once" }).click();
  await expect(page.getByLabel("Date, row 5")).toBeVisible();
  await expect(page.getByLabel("Date, row 6")).toHaveCount(0);
  await axe(page);
  await fitsNarrow(page);
  const fill = async (row: number, on: string, had: string, of: string) => {
    await page.getByLabel(`Date, row ${row}`, { exact: true }).fill(on);
    await page.getByLabel(`How many met it, row ${row}`, { exact: true }).fill(had);
    await page.getByLabel(`Out of how many, row ${row}`, { exact: true }).fill(of);
  };
  await fill(1, typed(day(-70)), "10", "20");
  await page.getByRole("button", { name: "More rows" }).click();
  await expect(page.getByLabel("Date, row 10")).toBeVisible();
  await expect(page.getByLabel("Date, row 1", { exact: true })).toHaveValue(typed(day(-70)));

  for (let row = 2; row <= 8; row += 1) await fill(row, typed(day(-70 + 7 * (row - 1))), String(8 + row), "20");
  await fill(3, "the other day", "30", "20");
  await page.getByRole("button", { name: "Record these points" }).click();
  const problem = await expectProblem(page, /date/i);
  if (scripted()) await expect(problem).toBeFocused();
  await expect(page.getByLabel("Date, row 3", { exact: true })).toHaveValue("the other day");
  await expect(page.getByLabel("How many met it, row 8", { exact: true })).toHaveValue("16");
  await axe(page);

  await fill(3, typed(day(-56)), "11", "20");
  await page.getByRole("button", { name: "Record these points" }).click();
  await expectDone(page, "8 data points recorded.");
  // A row of headings and eight of points.
  await expect(page.getByRole("table", { name: "Points, newest first" }).getByRole("row")).toHaveCount(9);
});

test("cells copied from a spreadsheet fill the grid", async ({ page }) => {
  test.skip(!scripted(), "the browser does it");
  await newMeasure(page, "Steroid cards on discharge");
  await page.getByRole("link", { name: "Record many points at once" }).click();
  test.skip(!(await hasIslands(page)), "this build has no WASM");
  await islandsAwake(page);
  await page.getByLabel("Date, row 1", { exact: true }).evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, [0, 1, 2, 3, 4, 5, 6].map((week) => `${typed(day(-50 + 7 * week))}\t${10 + week}\t20`).join("\n"));
  await expect(page.getByText("7 rows filled. Check them before you record them.")).toBeVisible();
  await expect(page.getByLabel("How many met it, row 7", { exact: true })).toHaveValue("16");
  await page.getByRole("button", { name: "Record these points" }).click();
  await expectDone(page, "7 data points recorded.");
});

test("a second point for the same date leads to the first", async ({ page }) => {
  await newMeasure(page, "Cannula sites looked at daily");
  await recordPoint(page, day(-3), 15, 20);
  await expectDone(page, "The measurement is recorded.");
  await recordPoint(page, day(-3), 16, 20);
  const problem = await expectProblem(page, "There is already a point");
  await expect(page.getByLabel("How many met it")).toHaveValue("16");
  await problem.getByRole("link", { name: /There is already a point/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(told(day(-3)));
  await axe(page);
  await fitsNarrow(page);

  await page.getByRole("group", { name: "Date" }).getByLabel("Day").waitFor();
  await page.getByLabel("How many met it").fill("17");
  await page.getByLabel("Why is it corrected?").fill("Typed wrongly");
  await page.getByRole("button", { name: "Save the correction" }).click();
  await expectDone(page, "The measurement is changed.");
});

test("a point is excluded with a reason, and stays in sight", async ({ page }) => {
  const { measure } = await newMeasure(page, "Weekend plans in the notes");
  await recordPoint(page, day(-14), 3, 20);
  await expectDone(page, "The measurement is recorded.");
  await page.getByRole("link", { name: /Correct the point of/ }).click();
  await page.getByRole("button", { name: "Exclude the point" }).click();
  await expectProblem(page, /reason|why/i);
  await page.getByLabel("Reason").first().fill("The prescribing system was down");
  await page.getByRole("button", { name: "Exclude the point" }).click();
  await expectDone(page, "The measurement is changed.");
  await page.goto(measure);
  await expect(page.getByRole("table", { name: "Points, newest first" })).toContainText("Excluded: The prescribing system was down");
  await axe(page);
});

test("chart and data are downloaded", async ({ page }) => {
  await newMeasure(page, "Lactate rechecked on nights");
  await recordPoint(page, day(-5), 15, 20);
  await expectDone(page, "The measurement is recorded.");
  const [chart] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the chart (SVG)" }).click()]);
  expect(chart.suggestedFilename()).toMatch(/^qi-\d{4}-\d{4}-antibiotics-within-the-hour\.svg$/);
  const svg = await text(chart);
  expect(svg).toContain("<svg");
  expect(svg).toContain("Antibiotics within the hour");
  const [data] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the data (CSV)" }).click()]);
  expect(data.suggestedFilename()).toMatch(/\.csv$/);
  const [heading, first] = (await text(data)).trim().split(/\r?\n/);
  expect(heading).toBe("date,time,place,value,numerator,denominator,centre line,lower limit,upper limit,target,signals,state,reason,note,recorded by,recorded at");
  expect(first).toContain(",75,15,20,75,,,,,current,");
  expect(first).toContain("Priya Raman");
});

test("a PDSA cycle marks the chart, and its study is written later", async ({ page }) => {
  const { project, measure } = await newMeasure(page, "Urine dipsticks in the elderly");
  await recordPoint(page, day(-20), 10, 20);
  await expectDone(page, "The measurement is recorded.");
  await page.goto(project);
  await unfold(page, "PDSA cycles");
  await page.getByRole("link", { name: "Plan the first cycle" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("What are you testing?").fill("Sepsis box on the trolley");
  await fillDate(page, "When does the test start?", day(-10));
  await page.getByLabel("Plan: what question is the test to answer?").fill("Does a box within reach save time?");
  await page.getByLabel("Plan: what do you predict, and why?").fill("Ten minutes, because nobody walks.");
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");
  await page.goto(project);
  await unfold(page, "PDSA cycles");
  const cycles = page.getByRole("table", { name: "PDSA cycles" });
  await expect(cycles.getByRole("row", { name: /Sepsis box on the trolley/ })).toContainText("Under way");
  await cycles.getByRole("link", { name: "Sepsis box on the trolley" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Study: what did you learn?").fill("Eight minutes on days, none on nights.");
  await page.getByRole("radio", { name: /Adapt/ }).check();
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");

  await page.goto(measure);
  const marked = page.getByRole("region", { name: "Tests of change on the chart" });
  await expect(marked).toContainText(`Sepsis box on the trolley, from ${told(day(-10))}`);
  await expect(page.getByRole("figure").first()).toContainText("PDSA cycle 1 is marked");
  await axe(page);
});

test("a measure is edited, retired and taken up again", async ({ page }) => {
  const { measure } = await newMeasure(page, "Potassium flagged to the team");
  await page.getByRole("link", { name: "Edit the measure" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Target (optional)").fill("95");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.goto(measure);
  await expect(page.getByText(/Target 95/).first()).toBeVisible();
  await page.goto(`${measure}/edit`);
  await unfold(page, "Retire this measure");
  await page.getByRole("button", { name: "Retire the measure" }).click();
  await page.goto(measure);
  await expect(page.getByRole("button", { name: "Record the point" })).toHaveCount(0);
  await page.goto(`${measure}/edit`);
  await page.getByRole("button", { name: "Take it up again" }).click();
  await page.goto(measure);
  await expect(page.getByRole("button", { name: "Record the point" })).toBeVisible();
});
