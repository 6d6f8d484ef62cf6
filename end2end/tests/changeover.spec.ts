import { expect, signInAs, test } from "../fixtures";
import { expectDone } from "../steps";

// The board of a changeover: what is ticked is done with in one press, and a refusal keeps what was ticked.

test("an academy lead arranges from the board", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/");
  await page.getByRole("link", { name: "Open the board" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Changeover of");

  await page.getByRole("button", { name: "Remind" }).click();
  await expect(page.getByText("Tick at least one project.").first()).toBeVisible();

  const nothing = page.getByRole("row").filter({ hasText: "Nothing yet" }).first();
  await nothing.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Remind" }).click();
  await expectDone(page, "1 reminded. The team sees it on their home pages.");

  await page.getByRole("link", { name: "Tick all for which nothing is arranged" }).click();
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBeGreaterThan(0);
  await page.getByText("Pause them until a day").click();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(page.getByText("Enter the date on which to look at it again.").first()).toBeVisible();
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBeGreaterThan(0);
});

test("a doctor says what they look for, and finds their part in a project to print", async ({ page }) => {
  await signInAs(page, "Tom Okafor");
  await page.goto("/account");
  await page.getByRole("link", { name: "Say what you look for and offer" }).click();
  await page.getByRole("checkbox", { name: "I am looking for a project" }).check();
  await page.getByLabel("In your words").fill("Falls, two hours a week");
  const day = new Date(Date.now() + 30 * 24 * 3600 * 1000);
  await page.getByLabel("Day").fill(String(day.getDate()));
  await page.getByLabel("Month").fill(String(day.getMonth() + 1));
  await page.getByLabel("Year").fill(String(day.getFullYear()));
  await page.getByRole("button", { name: "Save" }).click();
  await expectDone(page, "Your changes are saved.");
  await page.goto("/pool");
  await page.getByText(/looking for a project$|people are looking for a project|person is looking for a project/).first().click();
  await expect(page.getByText("Falls, two hours a week").first()).toBeVisible();

  await signInAs(page, "Priya Raman");
  await page.goto("/qi");
  await page.getByRole("link", { name: /^One page to print/ }).first().click();
  await expect(page.getByText(/^Lead, /).first()).toBeVisible();
});
