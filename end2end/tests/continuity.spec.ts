// What dates do: somebody arrives, leaves early, retires, is asked. The demonstration's people of these journeys
// are in no other, so that what one changes surprises none.

import { type Locator, type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, signInAs, test, unique } from "../fixtures";
import { answer, chooseColleague, day, expectDone, expectProblem, fillDate, offerHandover, operator, press, section, supervisedProject, told, unfold, waiting } from "../steps";

const SUMMARIES =
  "Improving the quality and content of discharge summaries on acute medicine wards: a quality improvement project";
const OXYGEN =
  "A quality improvement project on improving the compliance of 'oxygen prescription with target saturations' in a district general hospital";
const OPERATIVE = "Adequacy of Operative Notes for Orthopaedic Procedures: A Quality Improvement Project";
const BUNDLE = "Interventional bundle for venous thromboembolism prevention: ensuring quality and effectiveness";

/** The day on which somebody who arrives begins, as the sign-in list says it. */
async function firstDay(page: Page, name: string): Promise<Date> {
  await page.context().clearCookies();
  await page.goto("/sign-in");
  const said = page.getByRole("list", { name: "They arrive soon" }).getByRole("listitem").filter({ hasText: name });
  const [, date] = /begins on (\d+ \w+ \d{4})/.exec((await said.textContent()) ?? "") ?? [];
  expect(date, `the first day of ${name}`).toBeDefined();
  return new Date(`${date} 12:00`);
}

/** The list of projects with these words, as it stands on a day. */
async function lookOn(page: Page, on: Date, words: string): Promise<void> {
  const date = [on.getFullYear(), on.getMonth() + 1, on.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  await page.goto(`/projects?on=${date}&q=${encodeURIComponent(words)}`);
  await expect(page.getByText("1 project", { exact: true })).toBeVisible();
}

/** Finds a project of a department in the pool, and opens the form that asks to take it on. */
async function takeOn(page: Page, department: string, title: string): Promise<void> {
  await page.getByRole("link", { name: "Pool", exact: true }).click();
  await page.getByLabel("Department").selectOption({ label: department });
  await page.getByRole("button", { name: "Apply filters" }).click();
  const listed = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
  await listed.getByRole("link", { name: /^Take it on/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Take this project on");
}

/** What is wanted from whoever is signed in, on their home page. */
async function wanted(page: Page): Promise<Locator> {
  await page.goto("/");
  return page.getByRole("region", { name: /^Wanted from you/ });
}

/** Presses a button twice: the first shows what it does to projects, the second confirms that. */
async function seeAndConfirm(page: Page, button: string, what: RegExp): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^${button}`) }).first().click();
  await expect(page.getByText("Not saved yet")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: what }).first()).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: new RegExp(`^Confirm: ${button}`, "i") }).click();
  await expect(page).toHaveURL(/[?&]done=/);
}

test("a doctor who is named accepts before the first day, and leads from it", async ({ page }) => {
  const first = await firstDay(page, "Nadia Rahman");
  await signInAs(page, "Nadia Rahman");
  await expect(page.getByText(`begins on ${told(first)}`).first()).toBeVisible();
  const asked = await wanted(page);
  await expect(asked).toContainText(`Wei Chen asks you to lead “${SUMMARIES}” from ${told(first)}.`);
  await axe(page);
  await fitsNarrow(page);
  await press(asked, "Accept", SUMMARIES);
  await expectDone(page, "Both have accepted. The handover is agreed.");
  await axe(page);

  // She reads the project and the pool, and until her first day Wei Chen leads.
  await page.getByRole("link", { name: /^Improving the quality and content/ }).first().click();
  await expect(answer(page, "Led by")).toContainText("Wei Chen");
  await expect(answer(page, "Led by")).toContainText(`Nadia Rahman takes it over on ${told(first)}`);
  await page.getByRole("link", { name: "Pool", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("looking for a lead");
  await lookOn(page, first, SUMMARIES);
  await expect(page.getByRole("main")).toContainText("Nadia Rahman");
  await expect(page.getByRole("main")).not.toContainText("Wei Chen");
  await axe(page);
  await fitsNarrow(page);
});

test("a doctor who arrives finds a project in the pool, and leads it from the first day", async ({ page }) => {
  const first = await firstDay(page, "Sam Cole");
  await signInAs(page, "Sam Cole");
  await takeOn(page, "Acute medicine", OXYGEN);
  await expect(page.getByText(`You lead the project from ${told(first)}.`)).toBeVisible();
  await axe(page);
  await page.getByLabel("Message (optional)").fill("I start on the unit in the winter.");
  await page.getByRole("button", { name: "Ask to take it on" }).click();
  await expectDone(page, "Your request has been sent to the supervisor or the QI academy.");
  await page.goto("/");
  await expect(page.getByRole("region", { name: /^You wait for/ })).toContainText("Helen Marsh");
  await axe(page);
  await fitsNarrow(page);

  await signInAs(page, "Helen Marsh");
  await press(await wanted(page), "Agree", OXYGEN);
  await expectDone(page, "Both have accepted. The handover is agreed.");
  await lookOn(page, first, OXYGEN);
  await expect(page.getByRole("main")).toContainText("Sam Cole");
});

test("a consultant who retires passes on eleven projects in one form", async ({ page }) => {
  await signInAs(page, "Andrew Nance");
  const mine = (await wanted(page)).getByRole("listitem").filter({ hasText: "You supervise 11 projects until" });
  await axe(page);
  await fitsNarrow(page);
  await mine.getByText("11 projects", { exact: true }).click();
  await mine.getByRole("link", { name: /^Pass it on/ }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("What you supervise");
  await axe(page);
  await fitsNarrow(page);
  const places = page.getByRole("group", { name: "Which projects are passed on?" }).getByRole("checkbox");
  await expect(places).toHaveCount(11);
  for (const place of await places.all()) await place.check();
  await chooseColleague(page, "To whom?", "Grace Mensah");
  await page.getByRole("button", { name: "Ask them" }).click();
  await expectDone(page, "Your colleague is asked.");

  // For her it is one line with eleven rows, each of which she answers.
  await signInAs(page, "Grace Mensah");
  const asked = (await wanted(page)).getByRole("listitem").filter({ hasText: "You are asked to supervise 11 projects." });
  await asked.getByText("11 projects", { exact: true }).click();
  await axe(page);
  await press(asked, "Accept", "Improving weekend patient handover");
  await expectDone(page, "Your answer is recorded.");
  await expect(page.getByText("You are asked to supervise 10 projects.")).toBeVisible();
  await page.goto(`/projects?q=${encodeURIComponent("Improving weekend patient handover")}`);
  await page.getByRole("link", { name: "Improving weekend patient handover", exact: true }).click();
  await expect(answer(page, "Supervised by")).toContainText("Grace Mensah");
});

test("a lead leaves early, and the next one reads the summary that was kept for them", async ({ page }) => {
  test.slow();
  await signInAs(page, "Sofia Almeida");
  await page.getByRole("link", { name: BUNDLE }).first().click();
  const project = new URL(page.url()).pathname;
  await page.goto(`${project}/handover`);
  await expect(page.getByText("A draft is kept for the next lead if you leave")).toBeVisible();
  await page.getByLabel("The state of the project, in one paragraph").fill("The bundle works on the postnatal ward.");
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expectDone(page, "The handover is saved as a draft.");

  // She says that she leaves in five days, and sees what that does before it is saved.
  await page.goto("/account");
  await page.getByRole("link", { name: "Say your own dates" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your dates");
  await axe(page);
  await fitsNarrow(page);
  await fillDate(page, "I leave earlier, or am extended: my last day is", day(5));
  await seeAndConfirm(page, "Save my last day", new RegExp(`has its lead until ${told(day(5))} instead of`));
  await lookOn(page, day(6), BUNDLE);
  await expect(page.getByRole("main")).toContainText("Nobody");
  await signInAs(page, "Margaret Ellis");
  await page.goto("/people/dates");
  await expect(page.getByRole("table").getByRole("row", { name: /Sofia Almeida/ })).toContainText(told(day(5)));
  await axe(page);

  // Then she has left already.
  await signInAs(page, "Sofia Almeida");
  await page.goto("/account/dates");
  await fillDate(page, "I leave earlier, or am extended: my last day is", day(-1));
  await seeAndConfirm(page, "Save my last day", /loses its lead today/);
  await page.goto("/");
  await expect(page.getByText(`Your post ended on ${told(day(-1))}.`)).toBeVisible();
  await axe(page);

  await signInAs(page, "Irina Popescu");
  await takeOn(page, "Obstetrics and gynaecology", BUNDLE);
  await expect(page.getByText("The bundle works on the postnatal ward.")).toHaveCount(0);
  await page.getByRole("button", { name: "Ask to take it on" }).click();
  await expectDone(page, "Your request has been sent to the supervisor or the QI academy.");
  await signInAs(page, "Caroline Bray");
  await press(await wanted(page), "Agree", BUNDLE);
  await expectDone(page, "Both have accepted. The handover is agreed.");

  await signInAs(page, "Irina Popescu");
  await page.goto(project);
  await expect(answer(page, "Led by")).toContainText("Irina Popescu");
  await section(page, "Handover");
  await page.getByRole("link", { name: "What Sofia Almeida wrote for the next lead before they left" }).click();
  await expect(page.getByText("The bundle works on the postnatal ward.").first()).toBeVisible();
  await axe(page);
});

test("a named successor's post is shortened, and everybody concerned is asked", async ({ page }) => {
  const says = `Mohamed Farouk was to lead “${OPERATIVE}”`;
  await signInAs(page, "Margaret Ellis");
  await page.goto(`/people?q=${encodeURIComponent("Mohamed Farouk")}`);
  await page.getByRole("link", { name: "Mohamed Farouk" }).click();
  await page.getByRole("table", { name: "Posts" }).getByRole("link", { name: /^Change/ }).click();
  await fillDate(page, "Last day (optional)", day(5));
  await seeAndConfirm(page, "Save", /its agreed handover no longer holds/);

  await page.goto("/");
  await expect(page.getByRole("region", { name: /^For the QI academy/ })).toContainText(says);
  for (const name of ["Kwame Boateng", "Grace Mensah"]) {
    await signInAs(page, name);
    await expect(await wanted(page), name).toContainText(says);
    await axe(page);
    await fitsNarrow(page);
  }
});

test("the last academy lead goes, and another is named with it", async ({ page }) => {
  test.slow();
  const trust = unique("Lyd Valley Hospitals NHS Foundation Trust");
  const address = `${unique("rosa").replaceAll(" ", "")}@lydvalley.example`;
  const [given, own] = ["copper kettle ninety", "ninety copper kettles"];
  operator(["create-trust", trust]);
  operator(["create-person", "--trust", trust, "--name", "Rosa Lane", "--email", address], given);
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(address);
  await page.getByLabel("Password").fill(given);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("The password that you were given").fill(given);
  await page.getByLabel("Your own password").fill(own);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.goto("/departments/new");
  await page.getByLabel("Name", { exact: true }).fill("Acute medicine");
  await page.getByLabel("Specialty").fill("Acute internal medicine");
  await page.getByRole("button", { name: "Add department" }).click();
  for (const name of ["Amir Saleh", "Bela Novak"]) {
    await page.goto("/people/new");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Department").selectOption({ index: 1 });
    await page.getByLabel("Grade").fill("Consultant");
    await fillDate(page, "First day", day(-10));
    await page.getByRole("button", { name: "Add person" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  }
  await page.goto(`/people?q=${encodeURIComponent("Amir")}`);
  await page.getByRole("link", { name: "Amir Saleh" }).click();
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await unfold(page, "Grant the role of academy lead");
  await page.getByRole("button", { name: "Grant the role of academy lead" }).click();
  await expect(page.getByRole("row", { name: /Academy lead/ })).toContainText("Has this role");
  await axe(page);
  await fitsNarrow(page);

  const away = page.locator("form").filter({ has: page.getByRole("button", { name: "Take away the role of academy lead" }) });
  await away.getByRole("button", { name: /^Take away/ }).click();
  await expectProblem(page, "They are the trust's only academy lead. Choose who takes over");
  await axe(page);
  await chooseColleague(away, "Who takes over as academy lead", "Bela Novak");
  await away.getByRole("button", { name: /^Take away/ }).click();
  await expect(page.getByRole("row", { name: /Academy lead/ })).not.toContainText("Has this role");
  await page.goto(`/people?q=${encodeURIComponent("Bela")}`);
  await page.getByRole("link", { name: "Bela Novak" }).click();
  await expect(page.getByText("Academy lead").first()).toBeVisible();
});

test("a supervisor agrees to a handover from the home page, and less waits", async ({ page }) => {
  const title = unique("Warming blankets before induction");
  const project = await supervisedProject(page, title, "Leah Goldberg", "Peter Lindqvist");
  await offerHandover(page, project, "Leah Goldberg", "Emily Trethewey");
  await signInAs(page, "Emily Trethewey");
  await press(await wanted(page), "Accept", title);
  await expectDone(page, "Your answer is recorded.");

  await signInAs(page, "Peter Lindqvist");
  const asked = await wanted(page);
  await expect(asked).toContainText(`Emily Trethewey is to lead “${title}”`);
  const before = await waiting(page);
  expect(before, "asks that wait for the supervisor").toBeGreaterThan(0);
  await axe(page);
  await press(asked, "Agree", title);
  await expectDone(page, "Both have accepted. The handover is agreed.");
  expect(await waiting(page)).toBe(before - 1);
  await page.goto(project);
  await expect(answer(page, "Led by")).toContainText("Emily Trethewey");
});
