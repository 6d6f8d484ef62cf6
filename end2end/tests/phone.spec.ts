// Baton on a phone: the header, the main actions, long words.

import { type Page } from "@playwright/test";
import { expect, fitsNarrow, scripted, signInAs, test } from "../fixtures";
import { defineMeasure, expectDone } from "../steps";

/** The address of a project of the demonstration that Priya Raman leads: of those that other tests register, none has points. */
async function ownProject(page: Page): Promise<string> {
  await page.goto("/projects?mine=yes&q=Improving+VTE+risk+assessment");
  const link = page.getByRole("heading", { level: 2 }).getByRole("link", { name: /^Improving VTE risk assessment/ });
  return (await link.getAttribute("href")) ?? "";
}

async function first(page: Page, from: string, start: string): Promise<string> {
  await page.goto(from);
  const found = await page.locator(`main a[href^="${start}"]`).first().getAttribute("href");
  return (found ?? "").replace(/#.*$/, "");
}

const actors: [string, string[]][] = [
  ["Priya Raman", ["/", "/projects", "/pool", "/priorities", "/account", "/search?q=sepsis", "/no-such-page"]],
  ["Margaret Ellis", ["/", "/people", "/departments", "/look-alikes"]],
  ["David Penrose", ["/", "/people/new"]],
  ["Katie Munro", ["/"]],
  ["Nadia Rahman", ["/"]],
];

for (const [name, pages] of actors) {
  test(`the header of a phone leaves the screen to the page, for ${name}`, async ({ page }) => {
    await signInAs(page, name);
    for (const address of pages) {
      await page.goto(address);
      for (const width of [320, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const header = await page.getByRole("banner").boundingBox();
        expect(header?.height ?? 999, `the header of ${address} at ${width} px`).toBeLessThanOrEqual(100);
        const small = await page.getByRole("banner").evaluate((banner) =>
          [...banner.querySelectorAll("a, summary, button, input:not([type=hidden])")]
            .map((control) => ({ words: control.textContent, ...control.getBoundingClientRect().toJSON() }))
            .filter(({ width, height }) => width > 0 && (width < 24 || height < 24))
            .map(({ words, height }) => `${words}: ${height}`),
        );
        expect(small, `what is hard to press in the header of ${address}`).toEqual([]);
      }
    }
    await fitsNarrow(page);
  });
}

test("the menu of a phone opens, and leads where that of a large screen does", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const menu = page.getByRole("navigation", { name: "Menu" });
  await expect(menu).toBeVisible();
  await expect(page.getByText("Menu", { exact: true })).toBeHidden();

  await page.setViewportSize({ width: 320, height: 800 });
  await expect(menu).toBeHidden();
  await expect(page.getByRole("searchbox", { name: "Search projects, people, priorities" })).toBeVisible();
  await expect(page.getByRole("link", { name: /^\d+ waiting$/ })).toBeVisible();
  await expect(page.getByRole("banner")).toContainText("Tamar Vale Hospitals");
  await page.getByText("Menu", { exact: true }).click();
  await expect(menu).toBeVisible();
  for (const words of ["Home", "Projects", "Pool", "Priorities", "Priya Raman", "Sign out"]) {
    const link = menu.getByRole("link", { name: words, exact: true });
    expect((await link.boundingBox())?.height ?? 0, words).toBeGreaterThanOrEqual(44);
  }
  await menu.getByRole("link", { name: "Pool", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search projects, people, priorities" }).fill("handover");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page).toHaveURL(/\/search\?q=handover/);
});

test("“Record it” opens the form for one point, with the day on which it is due", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await signInAs(page, "Priya Raman");
  await page.goto(await ownProject(page));
  const strip = page.locator(".baton-strip__item").filter({ has: page.getByRole("link", { name: /^Record it/ }) }).first();
  const due = new Date(((await strip.textContent()) ?? "").replace(/^.*Overdue since (\d+ \w+ \d+).*$/s, "$1") + " 12:00");
  await strip.getByRole("link", { name: /^Record it/ }).click();
  await expect(page).toHaveURL(/\/measures\/[^/]+#record$/);
  const date = page.getByRole("group", { name: "Date", exact: true });
  await expect(date.getByLabel("Day", { exact: true })).toHaveValue(String(due.getDate()));
  await expect(date.getByLabel("Month", { exact: true })).toHaveValue(String(due.getMonth() + 1));
  await expect(date.getByLabel("Year", { exact: true })).toHaveValue(String(due.getFullYear()));
  // Nothing has to be scrolled away first.
  await expect(page.getByRole("heading", { name: "Record a point" })).toBeInViewport();
  await page.goto("/");
  await page.getByRole("region", { name: /^Data points due/ }).getByRole("link", { name: /^Record/ }).first().click();
  await expect(page).toHaveURL(/\/measures\/[^/]+#record$/);
});

/** What is pressed to do something, with what it says and how large it is. */
async function actions(page: Page): Promise<{ words: string; width: number; height: number }[]> {
  return page.locator("main").evaluate((main) =>
    [...main.querySelectorAll(".nhsuk-button, .baton-act, .baton-actions > a, .baton-strip dd a, .baton-ask__does a, .baton-more summary")]
      .map((one) => ({ words: one.textContent ?? "", ...one.getBoundingClientRect().toJSON() }))
      .filter(({ width }) => width > 0)
      .map(({ words, width, height }) => ({ words, width, height })),
  );
}

test("the main actions are easy to press", async ({ page }) => {
  const seen = new Set<string>();
  for (const name of ["Priya Raman", "Margaret Ellis", "Aisha Khan"]) {
    await signInAs(page, name);
    const pages = ["/", "/projects", "/pool", "/account/dates"];
    if (name === "Priya Raman") {
      const project = await ownProject(page);
      const measure = await first(page, project, "/measures/");
      pages.push(project, `${project}/team`, `${project}/tasks`, `${project}/cycles`, `${project}/drivers`, `${project}/handover`, measure, `${measure}/points`);
    } else if (name === "Margaret Ellis") {
      pages.push("/look-alikes", "/people", "/priorities", await first(page, "/priorities", "/priorities/0"));
    }
    for (const address of pages) {
      await page.goto(address);
      for (const [width, least] of [[1280, 24], [390, 44]] as const) {
        await page.setViewportSize({ width, height: 800 });
        const found = await actions(page);
        found.forEach(({ words }) => seen.add(words));
        const small = found.filter(({ width, height }) => width < 24 || height < least);
        expect(small, `what is hard to press on ${address} at ${width} px, for ${name}`).toEqual([]);
      }
    }
  }
  expect(seen.size, "so many actions were seen").toBeGreaterThan(40);
});

test("a word without a space never widens a page", async ({ page }) => {
  test.setTimeout(90_000);
  const word = "Improvement".repeat(20).slice(0, 200);
  await signInAs(page, "Priya Raman");
  await page.goto("/projects/register?type=quality_improvement");
  await page.getByLabel("Title", { exact: true }).fill(word);
  await page.getByLabel("What is the problem?").fill(word);
  await page.getByRole("group", { name: "Which of the trust’s priorities does it serve?" }).getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Register project" }).click();
  if (await page.getByRole("alert", { name: "There is a problem" }).isVisible()) {
    await page.getByLabel(/How does (it|yours) differ/).fill(word);
    await page.getByRole("button", { name: "Register project" }).click();
  }
  await expect(page.getByRole("heading", { level: 1 })).toContainText("What happens next");
  await fitsNarrow(page);
  await page.getByRole("link", { name: "Go to the project" }).click();
  const project = new URL(page.url()).pathname;
  const measure = await defineMeasure(page, project, word);
  await page.getByLabel("How many met it").fill("9");
  await page.getByLabel("Out of how many").fill("20");
  await page.getByLabel(/^Note/).first().fill(word);
  await page.getByRole("button", { name: "Record the point" }).click();
  await expectDone(page, "The measurement is recorded.");
  await page.goto(`${project}/updates`);
  await page.getByRole("textbox").first().fill(word);
  await page.goto(`${project}/tasks`);
  await page.getByLabel(/What/).first().fill(word);
  await page.getByRole("button", { name: /Add/ }).first().click();
  const pages = [
    "/", "/projects", "/pool", "/projects/register", project,
    ...["edit", "team", "board", "cycles", "cycles/new", "drivers", "tasks", "updates", "links", "handovers", "handover", "pack", "history", "status"].map((at) => `${project}/${at}`),
    measure, `${measure}/edit`, `${measure}/chart`, `${measure}/points`, `${measure}/import`, `${measure}/tally`,
    `/search?q=${word.slice(0, 30)}`,
  ];
  for (const address of pages) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBeLessThan(400);
    await fitsNarrow(page);
  }
  if (scripted()) {
    await signInAs(page, "Margaret Ellis");
    for (const address of ["/", "/projects", "/look-alikes", project, `${project}/team`]) {
      await page.goto(address);
      await fitsNarrow(page);
    }
  }
});
