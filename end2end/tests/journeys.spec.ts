// The journeys that most people make, each from home by what its pages offer, with what it takes: no more than this.

import type { Page } from "@playwright/test";
import { expect, signInAs, scripted, test, unique } from "../fixtures";
import { type Taken, counted } from "../journeys";
import { chooseNext, day, defineMeasure, expectDone, fillDate, offerHandover, press, recordPoint, registerProject, supervisedProject } from "../steps";

test.skip(() => !scripted(), "a page without JavaScript tells nobody what is pressed");

/** From home to the project of this title, as its lead. */
async function toProject(page: Page, title: string): Promise<void> {
  await page.getByRole("link", { name: title, exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
}

function within(taken: Taken, most: Taken): void {
  expect(taken.clicks, "clicks").toBeLessThanOrEqual(most.clicks);
  expect(taken.fields, "typed fields").toBeLessThanOrEqual(most.fields);
  expect(taken.screens, "screens").toBeLessThanOrEqual(most.screens);
  // It was heard at all.
  expect(taken.clicks).toBeGreaterThan(0);
}

test("registering a project", async ({ page }) => {
  await signInAs(page, "Aisha Khan");
  await page.goto("/");
  const taken = await counted(page, "register a project", async () => {
    await page.getByRole("button", { name: "Register a project" }).click();
    await page.getByRole("link", { name: "Improve something" }).click();
    await page.getByLabel("Title", { exact: true }).fill(unique("Falls on the stairs"));
    await page.getByLabel("What is the problem?").fill("Every second time it is forgotten, as a look at 20 notes showed.");
    await page.getByRole("group", { name: "Which of the trust’s priorities does it serve?" }).getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Register project" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("What happens next");
  });
  within(taken, { clicks: 4, fields: 2, screens: 4 });
});

test("recording a point", async ({ page }) => {
  const title = unique("Oxygen that is prescribed");
  await signInAs(page, "Aisha Khan");
  const project = await registerProject(page, title);
  await defineMeasure(page, project, "Oxygen prescribed");
  await page.goto(project);
  const taken = await counted(page, "record a point", async () => {
    await page.getByRole("link", { name: /^Record a point of Oxygen prescribed/ }).click();
    await recordPoint(page, day(0), 13, 20);
    await expectDone(page, "The measurement is recorded.");
  });
  within(taken, { clicks: 2, fields: 5, screens: 3 });
});

test("handing a project over, and accepting it", async ({ page, browser }) => {
  test.slow();
  const title = unique("Weights on admission");
  await supervisedProject(page, title, "Aisha Khan", "Helen Marsh");
  await page.goto("/");
  const given = await counted(page, "hand a project over", async () => {
    await toProject(page, title);
    await page.getByRole("button", { name: "Hand over" }).click();
    await chooseNext(page, "Tom Okafor");
    await fillDate(page, "From which day?", day(0));
    await page.getByLabel("The state of the project, in one paragraph").fill("Two cycles are done; the ward knows the poster.");
    await page.getByLabel("The next step", { exact: true }).fill("Try the sticker on nights");
    await fillDate(page, "By when?", day(14));
    await page.getByLabel("What Aisha Khan contributed").fill("Started it, and collected the baseline.");
    await page.getByRole("button", { name: "Offer handover" }).click();
    await expectDone(page, "The handover is offered.");
  });
  within(given, { clicks: 5, fields: 10, screens: 5 });

  const other = await browser.newPage();
  await signInAs(other, "Tom Okafor");
  await other.goto("/");
  const accepted = await counted(other, "accept a handover", async () => {
    await press(other, "Accept", title);
    await expect(other.getByRole("alert", { name: "Done" })).toBeVisible();
  });
  // One more where several offers stand in one line, which is opened first.
  within(accepted, { clicks: 2, fields: 0, screens: 2 });
  await other.close();
});

test("taking a project on from the pool", async ({ page }) => {
  test.slow();
  const title = unique("Cannulas that nobody needs");
  const project = await supervisedProject(page, title, "Aisha Khan", "Helen Marsh");
  await offerHandover(page, project, "Aisha Khan", "Nobody yet: offer it to the pool");
  await signInAs(page, "Callum Reid");
  await page.goto("/");
  const taken = await counted(page, "take a project on", async () => {
    await page.getByRole("link", { name: "Pool", exact: true }).click();
    await page.getByLabel("Department").selectOption({ label: "General surgery" });
    await page.getByRole("button", { name: "Apply filters" }).click();
    const listed = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
    await listed.getByRole("link", { name: /^Take it on/ }).click();
    await page.getByLabel("Message (optional)").fill("It is my ward.");
    await page.getByRole("button", { name: "Ask to take it on" }).click();
    await expectDone(page, "Your request has been sent to the supervisor or the QI academy.");
  });
  within(taken, { clicks: 5, fields: 1, screens: 5 });
});
