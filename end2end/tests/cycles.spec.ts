import { type Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { day, expectDone, expectProblem, fillDate, registerProject, unfold } from "../steps";

async function openAfterTheTest(page: Page): Promise<void> {
  const done = page.getByLabel("Do: what did you do, and what happened?");
  if (!(await done.isVisible())) await page.getByText("Do, study and act: after the test").click();
  await expect(done).toBeVisible();
}

test("a cycle is predicted, studied beside what was predicted, and carried on in the next", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Sepsis boxes"));
  await unfold(page, "PDSA cycles");
  await page.getByRole("link", { name: "Plan the first cycle" }).click();
  await page.getByLabel("What are you testing?").fill("Box on one trolley");
  await fillDate(page, "When does the test start?", day(-14));
  await page.getByLabel("How large is the test?").selectOption({ label: "One shift or clinic" });
  await page.getByLabel("Plan: what question is the test to answer?").fill("Is it quicker on nights?");
  await page.getByLabel("Plan: what do you predict, and why?").fill("Ten minutes, because nobody walks.");
  await openAfterTheTest(page);
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");

  // A decision needs something learnt; what was chosen is still there.
  await page.getByRole("radio", { name: "Adopt" }).check();
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectProblem(page, "Say what you learnt before you decide what to do with it.");
  await expect(page.getByRole("radio", { name: "Adopt" })).toBeChecked();
  const study = page.getByRole("region", { name: "Study" });
  await expect(study).toContainText("Ten minutes, because nobody walks.");
  await study.getByRole("group", { name: "Study: was your prediction right?" }).getByLabel("Partly").check();
  await page.getByLabel("Study: what did you learn?").fill("Eight minutes, on days only.");
  await page.getByLabel("Act: what follows from it?").fill("A box on each trolley, Monday.");
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");
  await axe(page);
  await fitsNarrow(page);

  await page.getByRole("link", { name: "Plan the next cycle" }).click();
  await expect(page.getByRole("region", { name: /From cycle 1/ })).toContainText("A box on each trolley, Monday.");
  await expect(page.getByLabel("What are you testing?")).toHaveValue("Box on one trolley");
  await expect(page.getByLabel("How large is the test?")).toHaveValue("day");
  await expect(page.getByLabel("Plan: what do you predict, and why?")).toHaveValue("");
  await page.getByLabel("What are you testing?").fill("Box on each trolley");
  await page.getByLabel("Plan: what do you predict, and why?").fill("Under an hour on nine days of ten.");
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");
  await expect(page.getByRole("link", { name: "cycle 1: Box on one trolley" })).toBeVisible();

  await page.goto(project);
  await unfold(page, "PDSA cycles (2)");
  await expect(page.getByRole("img", { name: /Timeline of 2 PDSA cycles/ })).toBeVisible();
  await page.getByRole("link", { name: "What each cycle taught" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Box on one trolley" })).toBeVisible();
  await expect(page.getByText("Eight minutes, on days only.")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
});

test("a driver diagram is drawn from the aim to an idea that is tested", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, unique("Sepsis drivers"));
  await unfold(page, "Driver diagram");
  await page.getByRole("link", { name: "Draw the driver diagram" }).click();
  await expect(page.getByText("The diagram will be here")).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Add to the diagram" }).click();
  await expectProblem(page, "Write at least one line.");
  await page.getByLabel("What do you add?").fill("Sepsis is seen early\nAntibiotics are given at once");
  await page.getByRole("button", { name: "Add to the diagram" }).click();
  await expectDone(page, "The driver diagram is changed.");
  await expect(page.getByRole("img", { name: /^Driver diagram/ })).toBeVisible();

  const outline = page.getByRole("region", { name: "Outline" });
  await outline.getByRole("link", { name: /^Add beneath ?: Antibiotics are given at once$/ }).click();
  await expect(page.getByLabel("Where does it belong?").locator("option:checked")).toHaveText(
    "Secondary driver of: Antibiotics are given at once",
  );
  await page.getByLabel("What do you add?").fill("The kit is within reach");
  await page.getByRole("button", { name: "Add to the diagram" }).click();
  await expectDone(page, "The driver diagram is changed.");
  await page.getByLabel("Where does it belong?").selectOption({ label: "Change idea for: The kit is within reach" });
  await page.getByLabel("What do you add?").fill("A sepsis box on the trolley");
  await page.getByRole("button", { name: "Add to the diagram" }).click();
  await expectDone(page, "The driver diagram is changed.");
  await axe(page);
  await fitsNarrow(page);
  if (scripted()) {
    // On a telephone the outline stands alone.
    await page.setViewportSize({ width: 320, height: 640 });
    await expect(page.getByRole("img", { name: /^Driver diagram/ })).toBeHidden();
    await expect(outline).toContainText("A sepsis box on the trolley");
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  await outline.getByRole("link", { name: /^Plan a test ?: A sepsis box on the trolley$/ }).click();
  await expect(page.getByLabel(/Which change idea/).locator("option:checked")).toHaveText("A sepsis box on the trolley");
  await page.getByLabel("What are you testing?").fill("One box on one shift");
  await page.getByRole("button", { name: "Save the cycle" }).click();
  await expectDone(page, "The cycle is saved.");
  await page.goto(`${project}/drivers`);
  await expect(outline.getByRole("link", { name: "Cycle 1: One box on one shift" })).toBeVisible();

  await outline.getByRole("link", { name: /^Change ?: Antibiotics are given at once$/ }).click();
  await axe(page);
  await fitsNarrow(page);
  await page.getByRole("button", { name: "Move up" }).click();
  await expectDone(page, "It is moved.");
  await expect(page.getByText("It is number 1 of 2 in its place.")).toBeVisible();
  await page.getByText("Remove it from the diagram").click();
  await expect(page.getByText("The 2 lines beneath it go with it.")).toBeVisible();
  await page.getByRole("button", { name: "Remove from the diagram" }).click();
  await expectDone(page, "It is out of the diagram.");
  await expect(outline).not.toContainText("A sepsis box on the trolley");
  await page.getByText("Removed from the diagram (1)").click();
  await page.getByRole("button", { name: /^Restore ?: Antibiotics are given at once$/ }).click();
  await expectDone(page, "It is in use again.");
  await expect(outline).toContainText("A sepsis box on the trolley");
  await page.goto(project);
  await unfold(page, "Driver diagram");
  await expect(page.getByText("(1 change idea, 1 tested)")).toBeVisible();
  await axe(page);
});
