// An academy lead takes in the list of a changeover: a file with mistakes, corrected on the page, and the people are there.

import { type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, signInAs, test, unique } from "../fixtures";
import { expectProblem } from "../steps";

/** A list as staff records export it, with a mistake of each kind; its people are called by a name of this run. */
function list(run: string): Buffer {
  const mail = (who: string) => `${who}.${run.replace(/\s/g, "").toLowerCase()}@tamarvale.example`;
  const rows = [
    "August intake,,,,,,",
    "Surname,Forename,Work email address,Grade,Organisation,Latest start date,Fixed term end date",
    `${run},Amara,${mail("amara")},FY1,Acute medicine,05/08/2026,01/12/2026`,
    `${run},Bilal,${mail("bilal")},FY1,Acute medicne,05/08/2026,01/12/2026`,
    `${run},Chloe,chloe at hospital,FY2,Acute medicine,31/02/2026,01/12/2026`,
    "Total,3,,,,,",
  ];
  return Buffer.from(`${rows.join("\r\n")}\r\n`, "latin1");
}

async function people(page: Page, run: string): Promise<void> {
  await page.goto(`/people?q=${encodeURIComponent(run)}`);
}

test("a list with mistakes is corrected on the page and taken in", async ({ page }) => {
  const run = unique("Okoro");
  await signInAs(page, "Margaret Ellis");
  await page.goto("/people");
  await page.getByRole("link", { name: "Take in a list of people" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Take in a list of people");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Check the list" }).click();
  await expectProblem(page, /There is no row with a person/);

  await page.getByLabel("Or choose a file").setInputFiles({ name: "august.csv", mimeType: "text/csv", buffer: list(run) });
  await page.getByRole("button", { name: "Check the list" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check the list");
  await expect(page.locator("main")).toContainText("1 row not readable");
  await axe(page);
  await fitsNarrow(page);
  const wrong = page.getByRole("group", { name: new RegExp(`Line 5: Chloe ${run}`) });
  await expect(wrong).toContainText("“31/02/2026” is no real date");
  await wrong.getByLabel("Email address").fill(`chloe.${run.replace(/\s/g, "").toLowerCase()}@tamarvale.example`);
  await wrong.getByLabel("First day").fill("5 August 2026");
  await page.getByLabel("Acute medicne").selectOption({ label: "Acute medicine (nearest)" }).catch(async () => {
    // Where the department has a site, its name says it.
    const option = page.getByLabel("Acute medicne").locator("option", { hasText: "(nearest)" }).first();
    await page.getByLabel("Acute medicne").selectOption((await option.getAttribute("value")) ?? "");
  });
  const day = page.getByRole("group", { name: /^Which day is/ });
  if (await day.isVisible()) await day.getByRole("radio", { name: "5 August 2026" }).check();
  await page.getByRole("button", { name: "Check again" }).first().click();
  const asked = page.getByRole("group", { name: /^Which day is/ });
  if ((await asked.isVisible()) && !(await asked.getByRole("radio", { name: "5 August 2026" }).isChecked())) {
    await asked.getByRole("radio", { name: "5 August 2026" }).check();
    await page.getByRole("button", { name: "Check again" }).first().click();
  }
  await expect(page.locator("main")).toContainText("3 new people");
  await axe(page);

  await page.getByRole("button", { name: "Add 3 people, add 3 posts" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Intake \d+$/);
  await expect(page.locator("main")).toContainText("3 new people, 3 posts added");
  await axe(page);
  await fitsNarrow(page);
  await people(page, run);
  for (const who of ["Amara", "Bilal", "Chloe"]) await expect(page.getByRole("link", { name: `${who} ${run}` })).toBeVisible();
});
