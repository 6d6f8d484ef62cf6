import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { answer, chooseColleague, day, expectDone, expectProblem, fillDate, press, registerProject, section, told } from "../steps";

test("two people who edit at once get both versions to choose from", async ({ page }) => {
  const title = unique("Discharge summaries on the day");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await axe(page);
  await fitsNarrow(page);

  const other = await page.context().newPage();
  await other.goto(`${project}/edit`);
  await other.getByLabel("What do you want to change?").fill("Write summaries on the day");
  await other.getByRole("button", { name: "Save changes" }).click();
  await expectDone(other, "Your changes are saved.");
  await expect(other.getByText("Write summaries on the day")).toBeVisible();
  await other.close();

  await page.getByLabel("What do you want to change?").fill("Send every summary");
  await page.getByLabel("By how much?").fill("from 50% to 90%");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expectProblem(page, /changed/i);
  const both = page.getByRole("table", { name: "Both versions, where they differ" });
  const aim = both.getByRole("row", { name: /What do you want to change\?/ });
  await expect(aim).toContainText("Write summaries on the day");
  await expect(aim).toContainText("Send every summary");
  await expect(both.getByRole("row", { name: /By how much\?/ })).toContainText("Nothing");
  await axe(page);
  await fitsNarrow(page);

  // The form holds one's own version, joined here with the other one by hand.
  await expect(page.getByLabel("What do you want to change?")).toHaveValue("Send every summary");
  await page.getByLabel("What do you want to change?").fill("Send every summary on the day");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expectDone(page, "Your changes are saved.");
  await expect(page.getByText("Send every summary on the day, from 50% to 90%").first()).toBeVisible();
});

test("a colleague is invited, accepts on the home page, and is in the team", async ({ page }) => {
  const title = unique("Bedside whiteboards");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);
  await section(page, "Team");
  await axe(page);
  await fitsNarrow(page);

  // Asking nobody is told, and keeps what was typed.
  await page.getByLabel("Message (optional)").fill("You know the ward well.");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expectProblem(page, /./);
  await expect(page.getByLabel("Message (optional)")).toHaveValue("You know the ward well.");
  await chooseColleague(page, "Whom do you invite?", "Tom Okafor");
  await page.getByRole("radio", { name: "Member" }).check();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expectDone(page, "The invitation is sent.");
  await expect(page.getByText(/Tom Okafor is asked to be member/)).toBeVisible();

  await signInAs(page, "Tom Okafor");
  await expect(page.getByText("You know the ward well.").first()).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await press(page, "Accept", title);
  await expectDone(page, "Your answer is recorded.");
  await page.goto(`${project}/team`);
  const team = page.getByRole("table", { name: "In the team" });
  await expect(team.getByRole("row", { name: /Tom Okafor/ })).toContainText("Member");
  await axe(page);

  // He leaves again, and what he did stays.
  await page.goto(`${project}/team`);
  await page.getByLabel("What did you contribute?").fill("Designed the board.");
  await page.getByRole("button", { name: "Leave the team" }).click();
  await expectDone(page, "You have left the team.");
  await page.goto(`${project}/team`);
  const past = page.getByRole("table", { name: "Past contributors" });
  await expect(past.getByRole("row", { name: /Tom Okafor/ })).toContainText("Designed the board.");
});

test("somebody asks to join, and the lead answers", async ({ page }) => {
  const title = unique("Mouth care on the stroke unit");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);
  await signInAs(page, "Tom Okafor");
  await page.goto(project);
  await page.getByRole("button", { name: "Ask to join" }).click();
  await page.getByLabel("What would you like to do?").fill("Collect the data on Mondays.");
  await page.getByRole("button", { name: "Ask to join" }).click();
  await expectDone(page, "Your request to join is with the project's lead.");

  await signInAs(page, "Priya Raman");
  await press(page, "Accept", title);
  await expectDone(page, "Your answer is recorded.");
  await page.goto(`${project}/team`);
  await expect(page.getByRole("table", { name: "In the team" }).getByRole("row", { name: /Tom Okafor/ })).toContainText("Member");
});

test("a project rests, goes on, is completed and is reopened", async ({ page }) => {
  const title = unique("Night-time noise");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);
  await page.getByRole("button", { name: "Change status" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("link", { name: "Pause it" }).click();
  await axe(page);
  await page.getByRole("button", { name: "Pause it" }).click();
  const problem = await expectProblem(page, /date|when/i);
  if (scripted()) await expect(problem).toBeFocused();
  await fillDate(page, "When will you look at it again?", day(60));
  await page.getByRole("button", { name: "Pause it" }).click();
  await expectDone(page, "The project's status is changed.");
  await expect(page.getByText(`Look again on ${told(day(60))}`)).toBeVisible();

  await page.goto(`${project}/status`);
  await page.getByRole("link", { name: "Make it active again" }).click();
  await page.getByRole("button", { name: "Make it active again" }).click();
  await expectDone(page, "The project's status is changed.");

  await page.goto(`${project}/status`);
  await page.getByRole("link", { name: "Complete it" }).click();
  await page.getByLabel("What came of it? (optional)").fill("Ear plugs and soft-close bins.");
  await page.getByRole("button", { name: "Complete it" }).click();
  await expectDone(page, "The project's status is changed.");
  await expect(page.getByText("Ear plugs and soft-close bins.").first()).toBeVisible();
  await axe(page);

  await page.getByRole("button", { name: "Reopen" }).click();
  await page.getByRole("link", { name: "Reopen it" }).click();
  await page.getByRole("button", { name: "Reopen it" }).click();
  await expectDone(page, "The project's status is changed.");
  await expect(answer(page, "Led by")).toContainText("Priya Raman");
  await page.goto(`${project}/history`);
  await axe(page);
  await fitsNarrow(page);
});

test("an NHS number is stopped with an explanation", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Sepsis screening"));
  await page.goto(`${project}/edit`);
  await page.getByLabel("What is the problem?").fill("The patient 943 476 5919 waited for hours.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expectProblem(page, /NHS number/);
  await axe(page);
});

test("a colleague who may only read is not offered what they may not do", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Fluid balance charts"));
  await signInAs(page, "Aisha Khan");
  await page.goto(project);
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
  await axe(page);
  const answered = await page.goto(`${project}/edit`);
  expect(answered?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You cannot do this");
  await axe(page);
  await fitsNarrow(page);
});
