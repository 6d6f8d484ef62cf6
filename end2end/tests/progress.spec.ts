import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { answer, day, expectDone, expectProblem, fillDate, press, registerProject, section, told, unfold } from "../steps";

test("a team keeps tasks, posts an update and says where its files are", async ({ page }) => {
  const title = unique("Handover of the bleep");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);

  // The first open task is the next step, wherever the project is shown.
  await answer(page, "Next step").getByRole("link", { name: "Set the next step" }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Add the task" }).click();
  await expectProblem(page, "Enter what is to be done.");
  await page.getByLabel("What is to be done?").fill("Ask the ward clerk");
  await page.getByLabel("Who does it? (optional)").selectOption({ label: "Priya Raman (lead)" });
  await fillDate(page, "By when? (optional)", day(6));
  await page.getByRole("button", { name: "Add the task" }).click();
  await expectDone(page, "The task is saved.");
  await page.goto(project);
  await expect(answer(page, "Next step")).toContainText("Ask the ward clerk");
  await expect(answer(page, "Next step")).toContainText(told(day(6)));

  await page.getByRole("button", { name: "Post an update" }).click();
  await page.getByLabel("What happened?").fill("Met the ward: they agreed");
  await page.getByRole("button", { name: "Post the update" }).click();
  await expectDone(page, "Your update is saved.");
  await axe(page);
  await fitsNarrow(page);

  await page.goto(`${project}/links`);
  await page.getByLabel("What is it called?").fill("Shared folder");
  await page.getByLabel("Its address").fill("https://priya:secret@files.trust.example/qi");
  await page.getByLabel("Who owns the account behind it?").fill("The ward’s mailbox");
  await page.getByRole("button", { name: "Add the link" }).click();
  await expectProblem(page, /password/);
  await page.getByLabel("Its address").fill("https://files.trust.example/qi");
  await page.getByRole("button", { name: "Add the link" }).click();
  await expectDone(page, "The link is saved.");
  await axe(page);
  await fitsNarrow(page);

  // All of it stands on the project's page and in the handover summary, which nobody had to write.
  for (const shown of [project, `${project}/pack`]) {
    await page.goto(shown);
    await expect(page.getByText("Met the ward: they agreed").first()).toBeVisible();
    await expect(page.getByText("Ask the ward clerk").first()).toBeVisible();
    const link = page.getByRole("link", { name: "Shared folder" });
    await expect(link).toHaveAttribute("href", "https://files.trust.example/qi");
    await expect(link).toHaveAttribute("rel", /noopener/);
    await axe(page);
    await fitsNarrow(page);
  }

  await page.goto(project);
  await press(page, "Done", "Ask the ward clerk");
  await expectDone(page, "The task is done.");
  await expect(answer(page, "Next step")).toContainText("Not set");
  await page.goto(`${project}/tasks`);
  await unfold(page, "Done (1)");
  await press(page, "Not done after all", "Ask the ward clerk");
  await expectDone(page, "The task is saved.");

  // What is deleted can be put back.
  await page.getByRole("link", { name: /^Change/ }).click();
  await axe(page);
  await fitsNarrow(page);
  await unfold(page, "Delete this task");
  await page.getByRole("button", { name: "Delete the task" }).click();
  await expectDone(page, "You can put it back");
  await unfold(page, "Deleted (1)");
  await press(page, "Put it back", "Ask the ward clerk");
  await expectDone(page, "It is back.");
});

test("a project’s pages are one click apart, and its overview is short", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  await page.goto("/projects?mine=yes&q=Improving+the+safety+of+weekend+handover");
  await page.getByRole("link", { name: /^Improving the safety of weekend handover/ }).first().click();
  const project = new URL(page.url()).pathname;
  await expect(page.getByRole("button", { name: "Record a data point" })).toBeVisible();
  for (const name of ["Measures", "PDSA cycles", "Team", "Handover", "History", "Overview"]) {
    await section(page, name);
    const here = page.getByRole("navigation", { name: "This project" }).getByRole("link", { name, exact: true });
    await expect(here).toHaveAttribute("aria-current", "page");
    await axe(page);
    await fitsNarrow(page);
  }
  expect(new URL(page.url()).pathname).toBe(project);
  if (!scripted()) return;
  for (const [width, height, screens] of [[1280, 900, 3], [390, 844, 4.7]] as const) {
    await page.setViewportSize({ width, height });
    const long = await page.evaluate(() => document.documentElement.scrollHeight);
    console.log(`overview at ${width} px: ${(long / height).toFixed(2)} screens`);
    expect(long / height, `screens at ${width} px`).toBeLessThan(screens);
  }
});

test("an administrator’s home says what keeps the trust running", async ({ page }) => {
  await signInAs(page, "David Penrose");
  await expect(page.getByRole("heading", { name: "Administration" })).toBeVisible();
  const ending = page.getByRole("link", { name: /posts that end within 12 weeks/ });
  const number = parseInt((await ending.textContent()) ?? "", 10);
  await axe(page);
  await fitsNarrow(page);
  await ending.click();
  await expect(page.getByRole("status")).toContainText(new RegExp(`^${number} (person|people)`));
});
