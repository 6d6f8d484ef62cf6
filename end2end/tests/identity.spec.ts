// Getting in: the first password, and a forgotten one.

import { type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, signInAs, test, unique } from "../fixtures";
import { day, expectDone, expectProblem, fillDate } from "../steps";

async function signIn(page: Page, address: string, password: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(address);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("a first password is changed before anything else, and a forgotten one is set anew with a code", async ({ page }) => {
  const name = unique("Amara Osei");
  const address = `${name.toLowerCase().replaceAll(" ", ".")}@tamarvale.example`;
  await signInAs(page, "Margaret Ellis");
  await page.goto("/people/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Email address (optional)").fill(address);
  await page.getByLabel("Department").selectOption({ index: 1 });
  await page.getByLabel("Grade").fill("ST3");
  await fillDate(page, "First day", day(-10));
  await page.getByRole("button", { name: "Add person" }).click();
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await page.getByLabel("First password").fill("copper kettle ninety");
  await page.getByRole("button", { name: "Give sign-in" }).click();
  await expect(page.getByText("They have a password, which only they can change.")).toBeVisible();
  const account = new URL(page.url()).pathname;

  await signIn(page, address, "copper kettle ninety");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Choose your own password");
  await axe(page);
  await fitsNarrow(page);
  await page.goto("/projects");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Choose your own password");
  await page.getByLabel("The password that you were given").fill("copper kettle ninety");
  await page.getByLabel("Your own password").fill("short");
  await page.getByRole("button", { name: "Continue" }).click();
  await expectProblem(page, "at least 12 characters");
  await axe(page);
  await page.getByLabel("The password that you were given").fill("copper kettle ninety");
  await page.getByLabel("Your own password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Projects");

  await signInAs(page, "Margaret Ellis");
  await page.goto(account);
  await page.getByRole("button", { name: "Make a code for a new password" }).click();
  await expect(page.getByText("It is shown only now.")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  const code = (await page.locator(".baton-code").textContent()) ?? "";
  await page.reload();
  await expect(page.getByText("The code was shown once and is not kept.")).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Email address").fill(address);
  await page.getByLabel("Code").fill("ABCDE-FGHJK");
  await page.getByLabel("New password").fill("kettles of ninety coppers");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expectProblem(page, "This code does not fit");
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("New password").fill("kettles of ninety coppers");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expectDone(page, "Your password is set. Sign in with it.");
  await signIn(page, address, "kettles of ninety coppers");
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
});
