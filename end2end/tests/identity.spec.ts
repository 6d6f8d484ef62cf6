// Getting in: the first password, and a forgotten one.

import { type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { day, expectDone, expectProblem, fillDate, openRegisterForm, operator } from "../steps";

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

/** Adds somebody to the trust that the page is in, with a post in its first department. */
async function addPerson(page: Page, name: string, address: string): Promise<void> {
  await page.goto("/people/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Email address (optional)").fill(address);
  await page.getByLabel("Department").selectOption({ index: 1 });
  await page.getByLabel("Grade").fill("ST3");
  await fillDate(page, "First day", day(-10));
  await page.getByRole("button", { name: "Add person" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

/** Signs in with a password that somebody else gave, and changes it. */
async function firstSignIn(page: Page, address: string, given: string, own: string): Promise<void> {
  await signIn(page, address, given);
  await page.getByLabel("The password that you were given").fill(given);
  await page.getByLabel("Your own password").fill(own);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("navigation", { name: "Account" })).toBeVisible();
}

test("somebody of two trusts accepts the second, changes over, and a form stays with its trust", async ({ page }) => {
  test.slow();
  const [name, trust] = [unique("Vikram Rao"), unique("Exe Moor University Hospitals NHS Foundation Trust")];
  const address = `${name.toLowerCase().replaceAll(" ", ".")}@exemoor.example`;
  const [given, own] = ["copper kettle ninety", "ninety copper kettles"];
  operator(["create-trust", trust]);
  operator(["create-person", "--trust", trust, "--name", "Rosa Lane", "--email", `rosa.${address}`], given);

  // The new trust's administrator gives Vikram a department, a post and a first password.
  await firstSignIn(page, `rosa.${address}`, given, own);
  await page.goto("/departments/new");
  await page.getByLabel("Name", { exact: true }).fill("Acute medicine");
  await page.getByLabel("Specialty").fill("Acute internal medicine");
  await page.getByRole("button", { name: "Add department" }).click();
  await addPerson(page, name, address);
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await page.getByLabel("First password").fill(given);
  await page.getByRole("button", { name: "Give sign-in" }).click();

  // The demonstration's trust finds the address, asks, and hands over a code.
  await signInAs(page, "Margaret Ellis");
  await addPerson(page, name, address);
  await expectDone(page, "This person is known to Baton already. They will be asked.");
  await expect(page.getByRole("button", { name: "Sign-in and roles" })).toHaveCount(0);
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Make a code for them" }).click();
  await axe(page);
  const code = (await page.locator(".baton-code").textContent()) ?? "";

  await firstSignIn(page, address, given, own);
  await page.getByRole("link", { name: "A trust asks for you" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Accept" }).click();
  await expectProblem(page, "Enter the code of 10 letters and digits");
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Accept" }).click();
  await expectDone(page, "You belong to this trust now.");

  // Whoever belongs to several trusts chooses one after signing in.
  await signIn(page, address, own);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your trusts");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("radio", { name: "Tamar Vale Hospitals" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  const changeTo = async (within: Page, to: string) => {
    await within.locator("summary", { hasText: "change the trust" }).click();
    await axe(within);
    await within.getByRole("banner").getByRole("button", { name: to }).click();
    await expect(within.locator("summary", { hasText: "change the trust" })).toContainText(to);
  };
  await page.locator("summary", { hasText: "change the trust" }).click();
  await fitsNarrow(page);

  // A form that was open in one trust is not sent in the other.
  const title = unique("Half a thought");
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  const other = await page.context().newPage();
  await other.goto("/");
  await changeTo(other, trust);
  await other.close();
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expect(page.getByText("Nothing is sent yet. You opened the form in Tamar Vale Hospitals")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Continue" }).click();
  const problem = await expectProblem(page, "You had changed over to another trust. Everything you typed is still here");
  if (scripted()) await expect(problem).toBeFocused();
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue(title);
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expectDone(page, "Your draft is saved.");
  await expect(page.locator("summary", { hasText: "change the trust" })).toContainText("Tamar Vale Hospitals");
  await changeTo(page, trust);
});
