import { axe, expect, fitsNarrow, scripted, signInAs, test, unique } from "../fixtures";
import { registerProject } from "../steps";

test("a successor is found by name, the Enter key searches, and nothing typed is lost", async ({ page }) => {
  const title = unique("Oral care on the stroke unit");
  await signInAs(page, "Priya Raman");
  const project = await registerProject(page, title);
  await page.goto(`${project}/handover`);
  const picker = page.getByRole("group", { name: "Who takes it over?", exact: true });
  await expect(picker.getByRole("group", { name: "Arriving in Acute medicine" }).getByRole("radio").first()).toBeVisible();
  expect(await page.getByRole("option").count()).toBeLessThan(40);
  await page.getByLabel("The next step", { exact: true }).fill("Show the chart to the ward");

  // A letter is wrong, and Enter is pressed: the form comes back with whom it found.
  await picker.getByLabel("Find somebody by name").fill("Tom Okafer");
  await picker.getByLabel("Find somebody by name").press("Enter");
  await expect(picker).toContainText("1 person found for “Tom Okafer”");
  await expect(picker).toBeInViewport();
  await expect(page.getByLabel("The next step", { exact: true })).toHaveValue("Show the chart to the ward");
  await axe(page);
  await fitsNarrow(page);
  await picker.getByRole("radio", { name: "Tom Okafor" }).check();

  // Nobody has the next name; who was chosen stays chosen.
  await picker.getByLabel("Find somebody by name").fill("Zzyzx");
  await picker.getByRole("button", { name: "Find" }).click();
  await expect(picker).toContainText("Nobody in the trust has a name like “Zzyzx”");
  await expect(picker.getByRole("radio", { name: "Tom Okafor" })).toBeChecked();
  await axe(page);

  // The Enter key elsewhere sends the form, which says what is missing; nothing is looked for.
  await page.getByRole("textbox", { name: "Year", exact: true }).first().press("Enter");
  await expect(page.getByRole("alert", { name: "There is a problem" })).toBeVisible();
  await expect(picker.getByRole("radio", { name: "Tom Okafor" })).toBeChecked();
});

test("the coordinator sorts the projects as a table, and twenty rows of the list fit on two screens", async ({ page }, info) => {
  await signInAs(page, "Margaret Ellis");
  await page.goto("/projects");
  const rows = page.getByRole("main").locator(".baton-list > li");
  await expect(rows).toHaveCount(20);
  if (scripted(info)) {
    const [first, last] = [await rows.first().boundingBox(), await rows.last().boundingBox()];
    expect(last!.y + last!.height - first!.y).toBeLessThan(1800);
  }
  await axe(page);
  await page.getByRole("navigation", { name: "View" }).getByRole("link", { name: "Table" }).click();
  const table = page.getByRole("table", { name: "Projects" });
  await expect(table.getByRole("columnheader", { name: "Last activity" })).toHaveAttribute("aria-sort", "descending");
  await table.getByRole("link", { name: "Lead", exact: true }).click();
  await expect(table.getByRole("columnheader", { name: "Lead", exact: true })).toHaveAttribute("aria-sort", "ascending");
  const leads = async () => (await table.locator("tbody tr td:nth-child(4)").allTextContents()).filter((name) => name !== "Nobody");
  const up = await leads();
  expect(up).toEqual([...up].sort((a, b) => a.localeCompare(b, "en", { sensitivity: "base" })));
  await table.getByRole("link", { name: "Lead", exact: true }).click();
  await expect(table.getByRole("columnheader", { name: "Lead", exact: true })).toHaveAttribute("aria-sort", "descending");
  expect((await leads())[0]! >= up[0]!).toBe(true);
  await axe(page);
  await fitsNarrow(page);

  // Each option says how many it shows, and the filter stays in the table. Other tests register projects meanwhile.
  await expect(async () => {
    await page.goto("/projects?view=table");
    const option = page.getByLabel("Department", { exact: true }).getByRole("option", { name: /^Acute medicine \(\d+\)$/ });
    const count = (await option.textContent())!.match(/\d+/)![0];
    await page.getByLabel("Department", { exact: true }).selectOption(await option.getAttribute("value"));
    await page.getByRole("button", { name: "Apply filters" }).click();
    await expect(page.getByRole("main").getByRole("status")).toHaveText(`${count} projects`, { timeout: 1000 });
  }).toPass();
  await expect(page.getByRole("table", { name: "Projects" })).toBeVisible();
});
