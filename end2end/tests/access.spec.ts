// Every kind of page, for whom it is, on a large screen and on a narrow one: axe with its rules of good practice.

import { type Page } from "@playwright/test";
import { expect, findings, scripted, signInAs, test } from "../fixtures";

test.beforeEach(() => {
  test.skip(!scripted(), "axe is a script");
});

/** Looks at a page as it is and with everything unfolded, at both widths; whether it is there at all. */
async function look(page: Page, address: string): Promise<string[]> {
  const answer = await page.goto(address);
  if (answer === null || answer.status() >= 400) return [`${address}: ${answer?.status()}`];
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => one.setAttribute("open", "")));
  const found: string[] = [];
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    found.push(...(await findings(page)).map((one) => `${address} at ${width} px: ${one}`));
  }
  return found;
}

async function lookAt(page: Page, addresses: string[]): Promise<void> {
  const found: string[] = [];
  for (const address of addresses) found.push(...(await look(page, address)));
  expect(found).toEqual([]);
}

/** The address of the first link on a page that begins like this. */
async function first(page: Page, on: string, start: string): Promise<string> {
  await page.goto(on);
  const link = page.locator(`main a[href^="${start}"]`).first();
  await expect(link, `a link to ${start} on ${on}`).toHaveCount(1);
  return ((await link.getAttribute("href")) ?? "").replace(/[#?].*$/, "");
}

/** The demonstration's fullest project. */
async function fullest(page: Page): Promise<string> {
  await page.goto(`/search?q=${encodeURIComponent("Improving the safety of weekend handover on hospital wards")}`);
  const link = page.locator('main a[href^="/projects/"]').first();
  return (await link.getAttribute("href")) ?? "";
}

const ofProject = ["", "/history", "/team", "/board", "/cycles", "/drivers", "/tasks", "/updates", "/links", "/handovers", "/pack", "/slide"];

test("whoever is not signed in", async ({ page }) => {
  await lookAt(page, ["/sign-in", "/forgotten-password", "/about", "/accessibility", "/privacy", "/how-charts-are-checked"]);
});

test("a lead, of their project", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await fullest(page);
  await lookAt(page, [...ofProject, "/edit", "/status", "/handover", "/measures/new?type=percentage", "/cycles/new", "/next"].map((at) => project + at));
});

test("a lead, of a measure and of what else they have", async ({ page }) => {
  await signInAs(page, "Priya Raman");
  const project = await fullest(page);
  const measure = await first(page, `${project}/board`, "/measures/");
  const pages = ["", "/edit", "/chart", "/points", "/import", "/tally", "/slide"].map((at) => measure + at);
  const cycle = await first(page, `${project}/cycles`, "/cycles/");
  const point = await first(page, measure, "/measurements/");
  await lookAt(page, [...pages, cycle, point, "/", "/projects", "/pool", "/priorities", "/charts", "/account", "/account/dates", "/account/password", "/past", "/trusts", "/tasks", "/search?q=handover", "/projects/register", "/projects/register?type=quality_improvement", "/sign-out"]);
});

test("a colleague", async ({ page }) => {
  await signInAs(page, "Aisha Khan");
  const project = await fullest(page);
  await lookAt(page, ["/", ...ofProject.slice(0, 6).map((at) => project + at), await first(page, `${project}/board`, "/measures/")]);
});

test("the academy lead", async ({ page }) => {
  await signInAs(page, "Margaret Ellis");
  const project = await fullest(page);
  const priority = await first(page, "/priorities", "/priorities/0");
  const pair = await first(page, "/look-alikes", "/look-alikes/pair").then(async () => (await page.locator('main a[href^="/look-alikes/pair"]').first().getAttribute("href")) ?? "");
  const person = await first(page, "/people", "/people/0");
  await lookAt(page, ["/", "/look-alikes", pair, "/supervision", "/changeovers", priority, `${priority}/board`, `${priority}/edit`, "/priorities/new", "/people", "/people/dates", "/people/intake", "/people/new", person, project, `${project}/team`, "/charts"]);
});

test("an administrator, and who arrives or has left", async ({ page }) => {
  await signInAs(page, "David Penrose");
  const person = await first(page, "/people", "/people/0");
  const department = await first(page, "/departments", "/departments/0");
  await lookAt(page, ["/", `${person}/account`, `${person}/posts/new`, `${person}/away/new`, `${person}/edit`, "/departments", department, "/departments/new", "/sites/new"]);
  for (const name of ["Nadia Rahman", "Katie Munro"]) {
    await signInAs(page, name);
    await lookAt(page, ["/"]);
  }
});
