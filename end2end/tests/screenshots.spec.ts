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
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/Hello Margaret/);
  await screenshot(page, "home-academy-lead");
});

test("a measure's chart @screenshot", async ({ page }) => {
  await openHeld(page);
  await page.locator('a[href^="/measures/"]').first().click();
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
