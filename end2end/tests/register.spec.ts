import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { answer, expectDone, expectProblem, openOptional, openRegisterForm, registerProject, toTheProject } from "../steps";

test.beforeEach(async ({ page }) => {
  await signInAs(page, "Aisha Khan");
});

test("a newcomer registers a project and sees what it still needs", async ({ page }) => {
  const title = unique("Warfarin counselling before discharge");
  await page.goto("/");
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Register a project" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("What do you want to do?");
  await axe(page);
  await fitsNarrow(page);

  await page.getByRole("link", { name: "Improve something" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByLabel("What is the problem?").fill("Half of the patients go home without being told about bleeding.");
  await expect(page.getByLabel("Department")).not.toHaveValue("");
  await page.getByLabel("Local need, if no priority fits").fill("Two readmissions in our ward this winter.");
  await page.getByRole("button", { name: "Register project" }).click();

  await expectDone(page, "The project is registered.");
  await expect(page.getByRole("button", { name: "Ask a supervisor" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Define the first measure" })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await toTheProject(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(page.getByText(/QI-\d{4}-\d{4} · Quality improvement project/)).toBeVisible();
  await expect(answer(page, "Led by")).toContainText("Aisha Khan");
  await expect(answer(page, "Supervised by").getByRole("link", { name: "Name a supervisor" })).toBeVisible();
  await expect(answer(page, "Next measurement").getByRole("link", { name: "Define a measure" })).toBeVisible();
  await expect(answer(page, "Next step").getByRole("link", { name: "Set the next step" })).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
});

test("a rejected form keeps what was typed and leads to what is wrong", async ({ page }) => {
  const title = unique("Oxygen prescribing on the ward");
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await openOptional(page);
  await page.getByLabel("By how much?").fill("from 40% to 80%");
  await page.getByRole("button", { name: "Register project" }).click();

  const problem = await expectProblem(page, "problem");
  if (scripted()) await expect(problem).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue(title);
  await expect(page.getByLabel("By how much?")).toHaveValue("from 40% to 80%");
  await axe(page);
  await fitsNarrow(page);

  // The form as typed survives a reload.
  await page.reload();
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue(title);

  await problem.getByRole("link").first().click();
  if (scripted()) await expect(page.getByLabel("What is the problem?")).toBeFocused();
  await page.getByLabel("What is the problem?").fill("Oxygen runs without a prescription.");
  await page.getByRole("group", { name: "Which of the trust’s priorities does it serve?" }).getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Register project" }).click();
  await expectDone(page, "The project is registered.");
  await toTheProject(page);
  await expect(page.getByText("from 40% to 80%")).toBeVisible();
});

test("research is explained, not registered", async ({ page }) => {
  await page.goto("/projects/register");
  await page.getByRole("link", { name: "Do research" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Research is not registered here");
  await expect(page.getByRole("button", { name: "Register project" })).toHaveCount(0);
  await axe(page);
  await fitsNarrow(page);
});

test("an audit names its standard", async ({ page }) => {
  await page.goto("/projects/register");
  await page.getByRole("link", { name: "Check against a standard" }).click();
  await axe(page);
  await page.getByLabel("Title", { exact: true }).fill(unique("Audit of venous thromboembolism assessment"));
  await page.getByLabel("What is the problem?").fill("Assessments are late.");
  await page.getByLabel("Local need, if no priority fits").fill("Asked for by the ward.");
  await page.getByRole("button", { name: "Register project" }).click();
  await expectProblem(page, /standard/i);

  await page.getByLabel("What is the standard?").fill("Assessed within 14 hours of admission");
  await page.getByLabel("Where does it come from?").fill("NICE NG89");
  await page.getByLabel("Which level has to be met?").fill("95%");
  const again = page.getByRole("group", { name: "When will you audit again?" });
  await again.getByLabel("Day").fill("1");
  await again.getByLabel("Month").fill("3");
  await again.getByLabel("Year").fill(String(new Date().getFullYear() + 1));
  await page.getByRole("button", { name: "Register project" }).click();
  await expectDone(page, "The project is registered.");
  await toTheProject(page);
  await expect(page.getByText("Assessed within 14 hours of admission (NICE NG89)")).toBeVisible();
});

test("a draft is saved from its title on, finished later, and can be deleted", async ({ page }) => {
  const title = unique("Falls huddle");
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expectDone(page, "Your draft is saved.");
  await expect(page.getByText("Before it can be registered:")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  const draft = new URL(page.url()).pathname;

  // Nobody else finds it, and its author does.
  await page.goto("/");
  await page.getByText(/^Drafts \(\d+\)$/).click();
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("button", { name: "Finish the form" }).click();
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue(title);
  await axe(page);
  await page.getByLabel("What is the problem?").fill("Falls cluster at the handover of the night shift.");
  await page.getByLabel("Local need, if no priority fits").fill("Three falls in a month.");
  await page.getByRole("button", { name: "Register project" }).click();
  await expectDone(page, "The project is registered.");
  await toTheProject(page);
  await expect(page.getByText(/QI-\d{4}-\d{4}/).first()).toBeVisible();
  expect(new URL(page.url()).pathname).toBe(draft);
});

test("a draft is deleted", async ({ page }) => {
  const title = unique("A thought that went nowhere");
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expectDone(page, "Your draft is saved.");
  const draft = new URL(page.url()).pathname;
  await page.getByText("Delete this draft").click();
  await page.getByRole("button", { name: "Delete the draft" }).click();
  await expectDone(page, "The draft is deleted.");
  await axe(page);
  const answer = await page.goto(draft);
  expect(answer?.status()).toBe(404);
});

test("a double click registers once", async ({ page }) => {
  const title = unique("Twice is once");
  await openRegisterForm(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  await page.getByLabel("What is the problem?").fill("An impatient hand.");
  await page.getByLabel("Local need, if no priority fits").fill("For this test.");
  await page.getByRole("button", { name: "Register project" }).dblclick();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await page.goto(`/projects?q=${encodeURIComponent(title)}`);
  await expect(page.getByRole("link", { name: title, exact: true })).toHaveCount(1);
});

test("projects like the one being registered are listed", async ({ page }) => {
  const title = unique("Handover of postoperative delirium screening");
  await registerProject(page, title);
  await openRegisterForm(page);
  const similar = page.getByRole("region", { name: "Projects like this" });
  if (scripted()) {
    await page.getByLabel("Title", { exact: true }).pressSequentially("Postoperative delirium screening handover", { delay: 5 });
    await expect(similar.getByRole("button")).toHaveCount(0);
  } else {
    await page.getByLabel("Title", { exact: true }).fill("Postoperative delirium screening handover");
    await similar.getByRole("button", { name: "Look for projects like this" }).click();
    await expect(page.getByLabel("Title", { exact: true })).toHaveValue("Postoperative delirium screening handover");
  }
  await expect(similar.getByRole("status")).toContainText("like this");
  await expect(similar.getByRole("link", { name: new RegExp(title) }).first()).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
});
