import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { day, expectDone, expectProblem, fillDate, reference, registerProject, told, unfold } from "../steps";

/** Registers two projects that look alike, and signs in as the academy lead. */
async function pair(page: Page, title: string): Promise<{ first: string; second: string; old: string; at: string; other: string }> {
  await signInAs(page, "Priya Raman");
  const old = unique(title);
  const at = await registerProject(page, old);
  const first = await reference(page);
  await signInAs(page, "Daniel Kowalski");
  const other = await registerProject(page, unique(title));
  const second = await reference(page);
  await signInAs(page, "Margaret Ellis");
  return { first, second, old, at, other };
}

async function compare(page: Page, first: string, second: string): Promise<void> {
  await page.goto("/look-alikes");
  await page.getByText("Compare two other projects").click();
  await page.getByLabel("Reference of the first project, for example QI-2026-0042").fill(first);
  await page.getByLabel("Reference of the second project").fill(second);
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How are these two projects related?");
}

test("the academy lead decides that two projects are related, and undoes it", async ({ page }) => {
  const { first, second, at } = await pair(page, "Thickened fluids for dysphagia");
  await page.getByRole("link", { name: "Possible duplicates" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Possible duplicates");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: `Decide about ${second} and ${first}` }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Record decision" }).click();
  await expectProblem(page, /./);
  await page.getByRole("radio", { name: "They are related" }).check();
  await page.getByLabel("Why (optional)").fill("One on the ward, one in the clinic.");
  await page.getByRole("button", { name: "Record decision" }).click();
  await expectDone(page, "The decision about the two projects is recorded.");

  await page.goto(at);
  await unfold(page, "Linked projects");
  const links = page.getByRole("region", { name: "Linked projects" });
  await expect(links).toContainText(`Related to ${second}`);
  await expect(links).toContainText("One on the ward, one in the clinic.");
  await axe(page);
  await links.getByRole("button", { name: new RegExp(`^Undo ?: ${second}$`) }).click();
  await expectDone(page, "The decision is undone.");
  await page.goto(at);
  await expect(links).toHaveCount(0);
});

test("a duplicate is merged, its reference leads on, and the merge is undone", async ({ page }) => {
  const { first, second, old, at, other } = await pair(page, "Nebuliser weaning on respiratory ward");
  await compare(page, first, second);
  await axe(page);
  await page.getByRole("radio", { name: `${second} is a duplicate of ${first}` }).check();
  await page.getByRole("button", { name: "Record decision" }).click();
  await expectDone(page, "The decision about the two projects is recorded.");

  await page.goto(`/projects/${second}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(old);
  await expect(page.getByText(`${second} was merged into this project.`)).toBeVisible();
  await unfold(page, "Linked projects");
  await expect(page.getByRole("region", { name: "Linked projects" })).toContainText("Daniel Kowalski (lead)");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("link", { name: "See it as it was" }).click();
  await expect(page.getByText(/^Closed on .*: merged/)).toBeVisible();
  await axe(page);

  await page.goto("/look-alikes?view=decided");
  await axe(page);
  await fitsNarrow(page);
  await page.goto(at);
  await unfold(page, "Linked projects");
  await page.getByRole("button", { name: new RegExp(`^Undo the merge ?: ${second}$`) }).click();
  await expectDone(page, "The decision is undone.");
  await page.goto(other);
  expect(new URL(page.url()).pathname).toBe(other);
  await expect(page.getByText("Daniel Kowalski").first()).toBeVisible();
});

test("a pair that is not alike is not suggested again", async ({ page }) => {
  const { first, second } = await pair(page, "Ankle fracture elevation in plaster");
  await page.goto("/look-alikes");
  await page.getByRole("button", { name: new RegExp(`^Not duplicates ?: ${second} and ${first}$`) }).click();
  await expectDone(page, "The decision about the two projects is recorded.");
  await page.goto("/look-alikes");
  await expect(page.getByRole("heading", { name: `${second} and ${first}` })).toHaveCount(0);
});

test("a priority is created, edited, retired and taken back", async ({ page }) => {
  const title = unique("Fewer pressure ulcers");
  await signInAs(page, "Margaret Ellis");
  await page.getByRole("link", { name: "Priorities", exact: true }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Add a priority" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Priority", { exact: true }).fill(title);
  await page.getByRole("button", { name: "Add priority" }).click();
  const problem = await expectProblem(page, /./);
  if (scripted()) await expect(problem).toBeFocused();
  await page.getByLabel("Aim").fill("Half as many within a year.");
  await page.getByLabel("Source").fill("Quality Account");
  await page.getByLabel("Owner").fill("Chief nurse");
  await fillDate(page, "First day", day(0));
  await page.getByRole("button", { name: "Add priority" }).click();
  await expectDone(page, "The priority is saved.");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await axe(page);
  await fitsNarrow(page);
  const priority = new URL(page.url()).pathname;

  await page.goto("/priorities");
  await expect(page.getByRole("row", { name: new RegExp(title) })).toContainText("No project");
  await page.goto(priority);
  await page.getByRole("button", { name: "Edit" }).click();
  await axe(page);
  await page.getByLabel("Owner").fill("Director of nursing");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Director of nursing")).toBeVisible();
  await unfold(page, "Retire this priority");
  await page.getByRole("button", { name: "Retire" }).click();
  await expectDone(page, "It is retired.");
  await expect(page.getByText("Retired").first()).toBeVisible();
  await page.getByRole("button", { name: "Take back into use" }).click();
  await expectDone(page, "It is in use again.");
});

test("a person is added with a post, gets another one, and an administrator grants a role", async ({ page }) => {
  const name = unique("Rosalind");
  await signInAs(page, "Margaret Ellis");
  await page.getByRole("link", { name: "People", exact: true }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Add a person" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Department").selectOption({ index: 1 });
  await page.getByLabel("Grade").fill("ST3");
  await fillDate(page, "First day", day(-10));
  await fillDate(page, "Last day (optional)", day(120));
  await page.getByRole("button", { name: "Add person" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByRole("table", { name: "Posts" })).toContainText("ST3");
  await axe(page);
  await fitsNarrow(page);
  const person = new URL(page.url()).pathname;

  await page.getByRole("button", { name: "Add a post" }).click();
  await axe(page);
  await page.getByLabel("Department").selectOption({ label: "Emergency department" });
  await page.getByLabel("Grade").fill("ST4");
  await fillDate(page, "First day", day(121));
  await page.getByRole("button", { name: "Add post" }).click();
  await expect(page).toHaveURL(/[?&]done=/);
  await page.goto(person);
  await expect(page.getByRole("table", { name: "Posts" })).toContainText(`Since ${told(day(121))}, no end date`);

  // The academy lead sees roles, and only an administrator grants them.
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await axe(page);
  await fitsNarrow(page);
  await expect(page.getByText("Administrators decide who has these roles.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Grant/ })).toHaveCount(0);

  await signInAs(page, "David Penrose");
  await page.goto(`/people?q=${encodeURIComponent(name)}`);
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await axe(page);
  await unfold(page, "Grant the role of academy lead");
  await page.getByRole("button", { name: "Grant the role of academy lead" }).click();
  await expect(page.getByRole("row", { name: /Academy lead/ })).toContainText("Has this role");
  await page.goto(person);
  await expect(page.getByText("Academy lead").first()).toBeVisible();
});

test("a department in use is not removed; a new one is added and retired", async ({ page }) => {
  const name = unique("Ambulatory clinic");
  await signInAs(page, "David Penrose");
  await page.getByRole("link", { name: "Departments" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("table").first().getByRole("rowheader").getByRole("link").first().click();
  await axe(page);
  await fitsNarrow(page);
  await unfold(page, "Retire or remove this department");
  await page.getByRole("button", { name: "Remove" }).click();
  const problem = await expectProblem(page, /./);
  if (scripted()) await expect(problem).toBeFocused();

  await page.goto("/departments");
  await page.getByRole("button", { name: "Add a department" }).click();
  await axe(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Specialty").fill("Acute medicine");
  await page.getByLabel("Site").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Add department" }).click();
  await expect(page).toHaveURL(/[?&]done=/);
  await page.goto("/departments");
  await page.getByRole("link", { name, exact: true }).click();
  await unfold(page, "Retire or remove this department");
  await page.getByRole("button", { name: "Retire" }).click();
  await expectDone(page, "It is retired.");
});
