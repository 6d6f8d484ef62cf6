import { axe, expect, fitsNarrow, scripted, test } from "../fixtures";

test("a newcomer finds the way in", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to Baton");
  await axe(page);
  await fitsNarrow(page);

  await page.locator(".baton-sign-in-as button").first().click();
  await expect(page.getByRole("navigation", { name: "Account" })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);

  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a page that is not there says so", async ({ page }) => {
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
  await axe(page);
});

test("the keyboard reaches the main content first", async ({ page }) => {
  await page.goto("/sign-in");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to main content" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#maincontent$/);
});

test("the design system's script runs under the page's policy", async ({ page }) => {
  test.skip(!scripted(), "there is no script to run");
  const answer = await page.goto("/sign-in");
  expect(answer?.headers()["content-security-policy"]).toContain("script-src");
  await expect(page.locator("body")).toHaveClass(/nhsuk-frontend-supported/);
});
