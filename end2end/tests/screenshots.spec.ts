import { type Page } from "@playwright/test";
import { expect, screenshot, scripted, signInAs, test } from "../fixtures";
import { answer, openRegisterForm } from "../steps";

// The pictures of the README, of the demonstration as it was drawn up. Without SCREENSHOTS=1 nothing
// is kept, and the tests still say that there is something to show.

test.beforeEach(() => {
  test.skip(!scripted(), "the pictures are taken with JavaScript");
});

/** Opens a project of the demonstration under "Projects you lead". */
async function openHeld(page: Page): Promise<void> {
  await signInAs(page, "Priya Raman");
  await page.goto("/");
  const held = page.getByRole("region", { name: /^Projects you lead/ });
  await held.getByRole("link", { name: "Improving the safety of weekend handover on hospital wards", exact: true }).click();
  await expect(answer(page, "Led by")).toBeVisible();
}

test("a project and its charts @screenshot", async ({ page }) => {
  await openHeld(page);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 1400 });
  await screenshot(page, "project");
});

test("the academy lead's home page @screenshot", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tamar Vale Hospitals");
  await expect(page.getByText(/^Next changeover: /)).toBeVisible();
  await screenshot(page, "home-academy-lead");
});

for (const [who, name, says] of [
  ["a resident doctor", "Priya Raman", /^Wanted from you/],
  ["somebody who arrives", "Nadia Rahman", /begins on/],
  ["somebody who has left", "Katie Munro", /Your post ended on/],
] as const) {
  test(`the home page of ${who} @screenshot`, async ({ page }) => {
    await signInAs(page, name);
    await page.goto("/");
    await expect(page.getByText(says).first()).toBeVisible();
    const file = { "Priya Raman": "home", "Nadia Rahman": "home-arriving", "Katie Munro": "home-left" }[name];
    await screenshot(page, file);
  });
}

test("one's own dates @screenshot", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  await page.goto("/account/dates");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your dates");
  await screenshot(page, "dates");
});

test("changeover dates @screenshot", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/changeovers");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Changeover dates");
  await screenshot(page, "changeovers");
});

test("the board of a changeover @screenshot", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/changeover");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Changeover of");
  await expect(page.getByText(/\d+ of \d+ arranged/).first()).toBeVisible();
  await screenshot(page, "changeover");
});

test("how projects will stand on a day @screenshot", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/");
  await page.getByRole("link", { name: "see how projects stand on that day" }).click();
  await expect(page.getByText("if nothing changes until then")).toBeVisible();
  await screenshot(page, "projects-on-a-day");
});

test("a project that looks for a lead @screenshot", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto(`/projects?q=${encodeURIComponent("acknowledged risk of aspiration")}`);
  await page.getByRole("link", { name: /^Improving the care of adults/ }).click();
  await expect(answer(page, "Led by")).toContainText("Nobody since");
  await screenshot(page, "project-without-a-lead");
});

test("a measure's chart @screenshot", async ({ page }) => {
  await openHeld(page);
  await page.locator('.baton-overview a[href^="/measures/"]').first().click();
  await expect(page.locator(".baton-chart__drawing svg").first()).toBeVisible();
  await screenshot(page, "measure");
});

test("the pool @screenshot", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  await page.goto("/pool");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await screenshot(page, "pool");
});

test("a handover pack @screenshot", async ({ page }) => {
  await openHeld(page);
  await page.goto(`${new URL(page.url()).pathname}/pack`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await screenshot(page, "pack");
});

test("registering a project @screenshot", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  await openRegisterForm(page);
  await expect(page.getByRole("button", { name: "Register project" })).toBeVisible();
  await screenshot(page, "register");
});
