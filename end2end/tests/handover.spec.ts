import type { Page } from "@playwright/test";
import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { answer, chooseNext, day, defineMeasure, expectDone, expectProblem, fillDate, offerHandover, recordPoint, supervisedProject, told, unfold } from "../steps";

/** Aisha registers a project, and Helen agrees to supervise it. Leaves Aisha signed in on its page. */
function supervised(page: Page, title: string): Promise<string> {
  return supervisedProject(page, title, "Aisha Khan", "Helen Marsh");
}

/** Aisha offers it; gives the handover's address. */
function offer(page: Page, project: string, to: string): Promise<string> {
  return offerHandover(page, project, "Aisha Khan", to);
}

async function respond(page: Page, heading: RegExp, yes: RegExp | string, word = ""): Promise<void> {
  await expect(page.getByRole("heading", { name: heading })).toBeVisible();
  await page.getByRole("radio", { name: yes }).check();
  if (word) await page.getByLabel(/Comment|What will you do next/).fill(word);
  await page.getByRole("button", { name: "Send answer" }).click();
}

test("a project passes from one lead to the next, who records the next point", async ({ page }) => {
  test.slow();
  const title = unique("Venous cannulas out in time");
  const project = await supervised(page, title);
  const measure = await defineMeasure(page, project, "Cannulas out within 72 hours");
  await recordPoint(page, day(-7), 9, 20);
  await expectDone(page, "The measurement is recorded.");
  await page.goto(project);
  await page.getByRole("button", { name: "Hand over" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Hand over this project");
  await axe(page);
  await fitsNarrow(page);

  // Much of it is there already, and the list says what is missing.
  await expect(page.getByText(/\d+ of \d+ required sections complete/)).toBeVisible();
  await expect(page.getByLabel("The state of the project, in one paragraph")).not.toHaveValue("");
  await page.getByLabel("Where the files and tools are (optional)").fill("In the ward's shared folder.");
  await page.getByRole("button", { name: "Save as draft" }).click();
  await expectDone(page, "The handover is saved as a draft.");
  await expect(page.getByLabel("Where the files and tools are (optional)")).toHaveValue("In the ward's shared folder.");

  // Offered before it is whole, it comes back and says so.
  await page.getByRole("button", { name: "Offer handover" }).click();
  const problem = await expectProblem(page, /./);
  if (scripted()) await expect(problem).toBeFocused();
  await expect(page.getByLabel("Where the files and tools are (optional)")).toHaveValue("In the ward's shared folder.");
  await axe(page);

  await page.getByLabel(/^How is the next data point collected\?/).fill("Twenty cannulas on Monday's round.");
  await fillDate(page, "When is it due? Cannulas out within 72 hours", day(1));
  await chooseNext(page, "Tom Okafor");
  await fillDate(page, "From which day?", day(0));
  await page.getByLabel("The state of the project, in one paragraph").fill("Baseline is 45%; posters are up on two wards.");
  await page.getByLabel("The next step", { exact: true }).fill("Try the sticker on nights");
  await fillDate(page, "By when?", day(14));
  await page.getByLabel("What Aisha Khan contributed").fill("Started it, and collected the baseline.");
  await page.getByRole("button", { name: "Offer handover" }).click();
  await expectDone(page, "The handover is offered.");
  const handover = new URL(page.url()).pathname;
  await expect(page.getByText(/Waiting for Tom Okafor as the next lead and for Helen Marsh as supervisor/)).toBeVisible();
  await axe(page);
  await fitsNarrow(page);

  await signInAs(page, "Tom Okafor");
  await expect(page.getByRole("region", { name: /^Wanted from you/ })).toContainText(title);
  await page.goto(handover);
  await axe(page);
  await respond(page, /Will you take this project on\?/, /Yes/, "Gladly.");
  await expectDone(page, "Your answer is recorded.");
  await page.goto(project);
  await expect(answer(page, "Led by")).toContainText("Aisha Khan");

  await signInAs(page, "Helen Marsh");
  await expect(page.getByRole("region", { name: /^Wanted from you/ })).toContainText(title);
  await axe(page);
  await fitsNarrow(page);
  await page.goto(handover);
  await respond(page, /Do you accept Tom Okafor as the next lead\?/, "Yes");
  await expectDone(page, "Both have accepted. The handover is agreed.");
  await axe(page);

  await signInAs(page, "Tom Okafor");
  await page.goto(project);
  await expect(answer(page, "Led by")).toContainText("Tom Okafor");
  await expect(answer(page, "Supervised by")).toContainText("Helen Marsh");
  await expect(answer(page, "Next step")).toContainText("Try the sticker on nights");
  await unfold(page, /^Team/);
  const past = page.getByRole("table", { name: "Past contributors" });
  await expect(past.getByRole("row", { name: /Aisha Khan/ })).toContainText("Started it, and collected the baseline.");
  await axe(page);
  await fitsNarrow(page);
  await page.goto(measure);
  await recordPoint(page, day(0), 13, 20);
  await expectDone(page, "The measurement is recorded.");
  await page.goto(project);
  await expect(answer(page, "Next measurement")).toContainText(told(day(7)));
});

test("the handover pack tells what the next lead needs, on one printed page", async ({ page }) => {
  const title = unique("Pain scores after theatre");
  const project = await supervised(page, title);
  const handover = await offer(page, project, "Tom Okafor");
  await page.getByRole("link", { name: "Handover pack, with charts, to print" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(title);
  await expect(page.getByText("Two cycles are done; the ward knows the poster.")).toBeVisible();
  await expect(page.getByText("Started it, and collected the baseline.").first()).toBeVisible();
  await axe(page);
  await fitsNarrow(page);
  if (scripted()) {
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  }
  await page.goto(handover);
});

test("a project offered to the pool is taken on by somebody else", async ({ page }) => {
  const title = unique("Nutrition screening on admission");
  const project = await supervised(page, title);
  const handover = await offer(page, project, "Nobody yet: offer it to the pool");
  await signInAs(page, "Callum Reid");
  await page.getByRole("link", { name: "Pool", exact: true }).click();
  await axe(page);
  await fitsNarrow(page);
  // Aisha's department: surgery.
  await page.getByLabel("Department").selectOption({ label: "General surgery" });
  await page.getByRole("button", { name: "Apply filters" }).click();
  await expect(page).toHaveURL(/department=/);
  const listed = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
  await listed.getByRole("link", { name: /^Take it on/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Take this project on");
  await axe(page);
  await fitsNarrow(page);
  await page.getByLabel("Message (optional)").fill("It is my ward.");
  await page.getByRole("button", { name: "Ask to take it on" }).click();
  await expectDone(page, "Your request has been sent to the supervisor or the QI academy.");

  await signInAs(page, "Helen Marsh");
  await page.goto(handover);
  await expect(page.getByText("It is my ward.").first()).toBeVisible();
  await respond(page, /Do you accept Callum Reid as the next lead\?/, "Yes");
  await expectDone(page, "Both have accepted. The handover is agreed.");
  await page.goto(project);
  await expect(answer(page, "Led by")).toContainText("Callum Reid");
});

test("a declined handover is kept, and can be offered to another", async ({ page }) => {
  const title = unique("Hand hygiene at the door");
  const project = await supervised(page, title);
  const handover = await offer(page, project, "Tom Okafor");
  await signInAs(page, "Tom Okafor");
  await page.goto(handover);
  await page.getByRole("radio", { name: "No", exact: true }).check();
  await page.getByRole("button", { name: "Send answer" }).click();
  await expectProblem(page, /./);
  await respond(page, /Will you take this project on\?/, "No", "I start in another hospital.");
  await expectDone(page, "Your answer is recorded.");
  await axe(page);

  await signInAs(page, "Aisha Khan");
  await page.goto(project);
  await unfold(page, /^Handovers/);
  await expect(page.getByText("Declined").first()).toBeVisible();
  await expect(page.getByText(/I start in another hospital\./).first()).toBeVisible();
  await expect(answer(page, "Led by")).toContainText("Aisha Khan");
  // The next offer starts from this one.
  await page.goto(`${project}/handover`);
  await expect(page.getByLabel("The next step", { exact: true })).toHaveValue("Try the sticker on nights");
});

test("an offer is withdrawn, and the lead still leads the project", async ({ page }) => {
  const title = unique("Tracheostomy boxes at the bedside");
  const project = await supervised(page, title);
  const handover = await offer(page, project, "Tom Okafor");
  await page.getByText("Withdraw this handover").click();
  await page.getByRole("button", { name: "Withdraw", exact: true }).click();
  await expectDone(page, "The handover is withdrawn.");
  await expect(answer(page, "Led by")).toContainText("Aisha Khan");
  await signInAs(page, "Tom Okafor");
  await page.goto(handover);
  await expect(page.getByRole("button", { name: "Send answer" })).toHaveCount(0);
  await expect(page.getByText("Withdrawn").first()).toBeVisible();
  await axe(page);
});
