// What several journeys do on their way: each step by role and label, as a person would.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Locator, type Page } from "@playwright/test";
import { expect, scripted, signInAs } from "./fixtures";

/** The day so many days from today, at noon, so that no clock change moves it to another day. */
export function day(fromToday: number): Date {
  const day = new Date();
  day.setHours(12, 0, 0, 0);
  day.setDate(day.getDate() + fromToday);
  return day;
}

/** A date as Baton writes it: 4 January 2026. */
export function told(date: Date): string {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** A date as it is typed into one input: 4/1/2026. */
export function typed(date: Date): string {
  return `${date.getDate()}/${date.getMonth() + 1}/${date.getFullYear()}`;
}

/** Fills day, month and year of a date. */
export async function fillDate(within: Page | Locator, legend: string, date: Date): Promise<void> {
  const group = within.getByRole("group", { name: legend, exact: true });
  await group.getByLabel("Day", { exact: true }).fill(String(date.getDate()));
  await group.getByLabel("Month", { exact: true }).fill(String(date.getMonth() + 1));
  await group.getByLabel("Year", { exact: true }).fill(String(date.getFullYear()));
}

/** Opens the form of the first kind of work. */
export async function openRegisterForm(page: Page): Promise<void> {
  await page.goto("/projects/register");
  await page.getByRole("link", { name: "Improve something" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Register a project");
}

/** What stands under the optional heading of the form. */
export async function openOptional(page: Page): Promise<void> {
  const supervisor = page.getByRole("group", { name: "A colleague" });
  if (!(await supervisor.isVisible())) await page.getByText("Aim, supervisor and next step").click();
  await expect(supervisor).toBeVisible();
}

/** Finds somebody by name where a form chooses one, and chooses them. The page comes back with what was filled in. */
export async function chooseColleague(within: Page | Locator, question: string, name: string): Promise<void> {
  const picker = within.getByRole("group", { name: question, exact: true });
  const person = picker.getByRole("radio", { name, exact: true });
  if ((await person.count()) === 0) {
    await picker.getByLabel("Find somebody by name").fill(name);
    await picker.getByRole("button", { name: "Find" }).click();
    await expect(picker).toContainText(`found for “${name}”`);
  }
  await person.check();
}

/** Registers a project as whoever is signed in; leaves the browser on its page, and gives its address. */
export async function registerProject(page: Page, title: string, more?: { supervisor?: string }): Promise<string> {
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByLabel("What is the problem?").fill("Every second time it is forgotten, as a look at 20 notes showed.");
  await page.getByRole("group", { name: "Which of the trust’s priorities does it serve?" }).getByRole("checkbox").first().check();
  if (more?.supervisor) {
    await openOptional(page);
    await chooseColleague(page, "A colleague", more.supervisor);
  }
  await page.getByRole("button", { name: "Register project" }).click();
  await expect(page.getByRole("alert")).toContainText("The project is registered.");
  await toTheProject(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  return new URL(page.url()).pathname;
}

/** From the page that says what happens next to the project's own. */
export async function toTheProject(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toContainText("What happens next");
  await page.getByRole("link", { name: "Go to the project" }).click();
}

/** Opens a part of a project's page that opens on demand. */
export async function unfold(page: Page, title: string | RegExp): Promise<void> {
  await page.locator("summary").filter({ hasText: title }).first().click();
}

/** One of the pages of a project, by the ways that stand on each of them. */
export async function section(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "This project" }).getByRole("link", { name, exact: true }).click();
}

/** The sentence that says that a form was accepted. */
export async function expectDone(page: Page, words: string | RegExp): Promise<void> {
  await expect(page.getByRole("alert", { name: "Done" })).toContainText(words);
}

/** The error summary, which holds this; with JavaScript it has the focus. */
export async function expectProblem(page: Page, words: string | RegExp): Promise<Locator> {
  const summary = page.getByRole("alert", { name: "There is a problem" });
  await expect(summary).toContainText(words);
  return summary;
}

/** One of the four answers of a project's page: "Led by", "Supervised by", "Next measurement", "Next step". */
export function answer(within: Page | Locator, label: string): Locator {
  return within.getByRole("term").filter({ hasText: label }).locator("xpath=..").first();
}

/**
 * Presses a button of an ask or a question, which says its title to whoever does not see it: "Accept : Title". Asks of
 * one kind about one person are one line, whose projects fold out.
 */
export async function press(within: Page | Locator, verb: string, title: string): Promise<void> {
  const name = new RegExp(`^${verb} ?: ?${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  const button = within.getByRole("button", { name, includeHidden: true }).first();
  await button.waitFor({ state: "attached" });
  if (!(await button.isVisible())) await button.locator("xpath=ancestor::details").first().locator("summary").first().click();
  await button.click();
}

/** How many asks wait for whoever is signed in, as the header says it. */
export async function waiting(page: Page): Promise<number> {
  const said = page.getByRole("navigation", { name: "Account" }).getByText(/^\d+ waiting$/);
  return (await said.count()) === 0 ? 0 : parseInt((await said.textContent()) ?? "", 10);
}

/** The lead registers a project, and the supervisor agrees to supervise it. Leaves the lead signed in on its page. */
export async function supervisedProject(page: Page, title: string, lead: string, supervisor: string): Promise<string> {
  await signInAs(page, lead);
  const project = await registerProject(page, title, { supervisor });
  await expect(answer(page, "Supervised by")).toContainText(`${supervisor} was asked`);
  await signInAs(page, supervisor);
  await page.goto(`${project}/team`);
  await press(page, "Accept", title);
  await expectDone(page, "Your answer is recorded.");
  await signInAs(page, lead);
  await page.goto(project);
  await expect(answer(page, "Supervised by")).toContainText(supervisor);
  await expect(answer(page, "Supervised by")).not.toContainText("was asked");
  return project;
}

/** Chooses who takes a project over on the form of a handover: somebody, or the pool. */
export async function chooseNext(page: Page, to: string): Promise<void> {
  await chooseColleague(page, "Who takes it over?", to);
}

/** Fills what a project could not say by itself, and offers it from today on; gives the handover's address. */
export async function offerHandover(page: Page, project: string, lead: string, to: string): Promise<string> {
  await page.goto(`${project}/handover`);
  await chooseNext(page, to);
  await fillDate(page, "From which day?", day(0));
  await page.getByLabel("The state of the project, in one paragraph").fill("Two cycles are done; the ward knows the poster.");
  await page.getByLabel("The next step", { exact: true }).fill("Try the sticker on nights");
  await fillDate(page, "By when?", day(14));
  await page.getByLabel(`What ${lead} contributed`).fill("Started it, and collected the baseline.");
  await page.getByRole("button", { name: "Offer handover" }).click();
  await expectDone(page, "The handover is offered.");
  return new URL(page.url()).pathname;
}

/** Answers the three questions for a percentage. */
export async function answerForShare(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "Something counted" }).check();
  await page.getByRole("radio", { name: "Yes: so many out of so many" }).check();
  await page.getByRole("radio", { name: "No: most periods have some" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Defines a weekly percentage on the project at this address; leaves the browser on its chart, and gives its address. */
export async function defineMeasure(page: Page, project: string, name: string): Promise<string> {
  await page.goto(`${project}/measures/new`);
  await answerForShare(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("What exactly is measured").fill("Ten sets of notes drawn each Monday; those treated within an hour count.");
  await page.getByRole("radio", { name: "Process" }).check();
  await page.getByRole("radio", { name: "Higher is better" }).check();
  await page.getByRole("button", { name: "Save the measure" }).click();
  await expectDone(page, "The measure is saved.");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  return new URL(page.url()).pathname;
}

/** The reference of the project whose page is open. */
export async function reference(page: Page): Promise<string> {
  const facts = await page.getByText(/QI-\d{4}-\d{4} · /).first().textContent();
  const [found] = /QI-\d{4}-\d{4}/.exec(facts ?? "") ?? [];
  expect(found, "a reference on the project's page").toBeDefined();
  return found ?? "";
}

/** Whether this build has the WASM of the islands, asked on a page with one. */
export async function hasIslands(page: Page): Promise<boolean> {
  return (await page.locator('link[rel="modulepreload"]').count()) > 0;
}

/** Waits until the islands of the page answer: their script has come and has run. */
export async function islandsAwake(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
}

/** Records a point of a percentage on its chart's page. */
export async function recordPoint(page: Page, on: Date, had: number, of: number): Promise<void> {
  await fillDate(page, "Date", on);
  await page.getByLabel("How many met it").fill(String(had));
  await page.getByLabel("Out of how many").fill(String(of));
  await page.getByRole("button", { name: "Record the point" }).click();
}

/** What the operator does at the command line with the store that the pages of this test come from. */
export function operator(words: string[], firstPassword = ""): void {
  const store = join(process.env.BATON_E2E_FOLDER ?? "", `${scripted() ? "enhanced" : "plain"}.db`);
  const env = { ...process.env, BATON_FIRST_PASSWORD: firstPassword };
  execFileSync(process.env.BATON_E2E_SERVER ?? "", ["admin", "--data", store, ...words], { env, stdio: "pipe" });
}
