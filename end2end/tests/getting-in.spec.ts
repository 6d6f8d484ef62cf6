// Getting in by a link: an invitation that is mailed or printed, a forgotten password, joining by oneself.

import { type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, signInAs, test, unique } from "../fixtures";
import { day, expectDone, expectProblem, fillDate } from "../steps";

// This server sends mail, to a mail server that shows what it took.
test.use({ baseURL: process.env.BATON_E2E_MAILING });

/** The address in the latest mail to somebody that begins with this path. */
async function mailed(page: Page, to: string, path: string): Promise<string> {
  let link = "";
  await expect
    .poll(async () => {
      const mails: string[] = await (await page.request.get(`${process.env.BATON_E2E_INBOX}/?to=${encodeURIComponent(to)}`)).json();
      const words = mails.find((mail) => mail.includes(path)) ?? "";
      link = words.split(/\s/).find((word) => word.includes(path)) ?? "";
      return link;
    }, { timeout: 20_000 })
    .toContain(path);
  return link;
}

async function newPerson(page: Page, name: string, address: string): Promise<void> {
  await page.goto("/people/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Email address (optional)").fill(address);
  await page.getByLabel("Department").selectOption({ index: 1 });
  await page.getByLabel("Grade").fill("ST3");
  await fillDate(page, "First day", day(-3));
  await page.getByRole("button", { name: "Add person" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
}

function addressOf(name: string): string {
  return `${name.toLowerCase().replaceAll(" ", ".")}@tamarvale.example`;
}

test("an invitation that is mailed leads to a password and home, once", async ({ page }) => {
  const name = unique("Nadia Khan");
  const address = addressOf(name);
  await signInAs(page, "Margaret Ellis");
  await newPerson(page, name, address);
  await page.goto("/people/invitations");
  await axe(page);
  await fitsNarrow(page);
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  await page.getByRole("checkbox", { name }).check();
  await page.getByRole("button", { name: "Send by mail" }).click();
  await expectDone(page, "The invitation is on its way by mail.");

  const link = await mailed(page, address, "/invitation?link=");
  await page.context().clearCookies();
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Welcome to Baton, ${name}`);
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Choose a password").fill("password1234");
  await page.getByRole("button", { name: "Set the password and sign in" }).click();
  await expectProblem(page, "too easy to guess");
  await page.getByLabel("Choose a password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Set the password and sign in" }).click();
  await expectDone(page, "Your password is set, and you are signed in.");
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This invitation cannot be used");
  await axe(page);

  await page.goto("/account");
  await expect(page.getByText("This one", { exact: true })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.goto("/account/mail");
  await axe(page);
  await fitsNarrow(page);
});

test("a link to hand over is shown once, with a code for a phone", async ({ page }) => {
  const name = unique("Omar Reed");
  await signInAs(page, "Margaret Ellis");
  await newPerson(page, name, addressOf(name));
  await page.getByRole("button", { name: "Sign-in and roles" }).click();
  await page.getByRole("button", { name: "Make a link to hand over" }).click();
  await expect(page.getByRole("img", { name: "The same address as a QR code" })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  const link = (await page.locator(".baton-invitation__link").textContent()) ?? "";
  await page.reload();
  await expect(page.getByText("The links were shown once and are not kept.")).toBeVisible();
  await page.context().clearCookies();
  await page.goto(link);
  await page.getByLabel("Choose a password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Set the password and sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
});

test("a forgotten password is set with a link that is mailed", async ({ page }) => {
  const name = unique("Lucy Frost");
  const address = addressOf(name);
  await signInAs(page, "Margaret Ellis");
  await newPerson(page, name, address);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Email address").first().fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expectDone(page, "If the address is of an account");
  await page.goto(await mailed(page, address, "/new-password?link="));
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("New password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expectDone(page, "Your password is set. Sign in with it.");
  await page.getByLabel("Email address").fill(address);
  await page.getByLabel("Password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
});

test("somebody joins by themselves, and the academy sees it", async ({ page }) => {
  const name = unique("Priya Shah");
  const domain = `${unique("trust").replace(" ", "")}.example`;
  const address = `priya@${domain}`;
  await signInAs(page, "Margaret Ellis");
  await page.goto("/people/joining");
  await page.getByLabel("Another domain").fill("gmail.com");
  await page.getByRole("button", { name: "Let them join" }).click();
  await expectProblem(page, "Anybody gets an address there");
  await page.getByLabel("Another domain").fill(domain);
  await page.getByLabel(/Others than people of this trust/).check();
  await page.getByRole("button", { name: "Let them join" }).click();
  await expectDone(page, "The domain is saved.");
  await axe(page);
  await fitsNarrow(page);
  const code = (await page.locator(".baton-code").textContent()) ?? "";

  await page.context().clearCookies();
  await page.goto("/join");
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Your email address at work").fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expectDone(page, "a mail with a link is on its way");
  await page.goto(await mailed(page, address, "/join?link="));
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Department").selectOption({ index: 1 });
  await page.getByLabel("Grade").fill("ST3");
  await fillDate(page, "First day", day(-1));
  await page.getByLabel("The trust’s joining code").fill("ABCDE-FGHJK");
  await page.getByLabel("Choose a password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expectProblem(page, "This is not the trust’s joining code");
  await page.getByLabel("The trust’s joining code").fill(code);
  await page.getByLabel("Choose a password").fill("ninety copper kettles");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Account" })).toContainText(name);
  await page.goto("/projects");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Projects");

  await signInAs(page, "Margaret Ellis");
  await page.goto("/people/joining");
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.getByRole("button", { name: /I know them/ }).click();
  await expectDone(page, "It is noted that you looked at who they are.");
});
