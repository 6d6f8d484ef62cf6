// For whoever has chosen their own colours: nothing is written in the colour on which it stands.

import { type Page } from "@playwright/test";
import { expect, scripted, signInAs, test } from "../fixtures";

test.beforeEach(() => {
  test.skip(!scripted(), "the colours are read with a script");
});

/** Words of the same colour as what is behind them; in a drawing also shapes that cannot be told from the ground. */
async function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = [number, number, number, number];
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const read = (colour: string): Colour => {
      if (colour === "none" || colour === "transparent") return [0, 0, 0, 0];
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data] as unknown as Colour;
    };
    const light = ([red, green, blue]: Colour) => {
      const part = (value: number) => (value / 255 <= 0.04 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const apart = (one: Colour, other: Colour) => {
      const [high, low] = [light(one), light(other)].sort((a, b) => b - a) as [number, number];
      return (high + 0.05) / (low + 0.05);
    };
    /** What is behind the middle of a text: the shapes of its drawing that were painted before it, then boxes. */
    const behind = (element: Element): Colour => {
      const box = element.getBoundingClientRect();
      const [x, y] = [box.left + Math.min(box.width / 2, 4), box.top + box.height / 2];
      const drawing = element.closest("svg");
      if (drawing && element !== drawing) {
        const shapes = [...drawing.querySelectorAll("rect, circle, path")].filter((shape) => {
          const around = shape.getBoundingClientRect();
          const before = element.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_PRECEDING;
          const filled = read(getComputedStyle(shape).fill)[3] > 0 && shape.tagName !== "path";
          return before && filled && around.left <= x && around.right >= x && around.top <= y && around.bottom >= y;
        });
        const last = shapes.pop();
        if (last) return read(getComputedStyle(last).fill);
      }
      for (let at: Element | null = drawing ?? element; at; at = at.parentElement) {
        const ground = read(getComputedStyle(at).backgroundColor);
        if (ground[3] > 0) return ground;
      }
      return read("Canvas");
    };
    const told: string[] = [];
    const shown = (element: Element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
    for (const element of document.querySelectorAll("body *")) {
      const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent?.trim()).join("");
      if (words === "" || !shown(element) || ["SCRIPT", "STYLE", "OPTION", "title", "desc"].includes(element.tagName)) continue;
      const style = getComputedStyle(element);
      const inDrawing = element.closest("svg") !== null;
      const colour = read(inDrawing ? style.fill : style.color);
      if (apart(colour, behind(element)) < 3) told.push(`${element.tagName} ${element.getAttribute("class") ?? ""}: ${words.slice(0, 40)}`);
    }
    for (const line of document.querySelectorAll("svg .baton-drivers__path, svg .baton-cycles__tick, svg .baton-cycles__today, svg .baton-drivers__box rect, svg .baton-cycles__bar rect, svg .spc-data, svg .spc-centre, svg .spc-limit")) {
      if (!shown(line)) continue;
      const stroke = read(getComputedStyle(line).stroke);
      const ground = behind(line.closest("svg")!);
      if (apart(stroke, ground) < 3) told.push(`line ${line.parentElement?.getAttribute("class") ?? ""} ${line.getAttribute("class") ?? ""}`);
    }
    return told;
  });
}

for (const scheme of ["dark", "light"] as const) {
  test(`words, diagrams and timelines are read in somebody's own ${scheme} colours`, async ({ page }) => {
    await page.emulateMedia({ forcedColors: "active", colorScheme: scheme });
    await signInAs(page, "Priya Raman");
    await page.goto(`/search?q=${encodeURIComponent("Improving the safety of weekend handover on hospital wards")}`);
    const project = (await page.locator('main a[href^="/projects/"]').first().getAttribute("href")) ?? "";
    await page.goto(`${project}/board`);
    const measure = (await page.locator('main a[href^="/measures/"]').first().getAttribute("href")) ?? "";
    for (const [address, drawing] of [
      ["/", ""],
      [project, ".spc-chart"],
      [`${project}/drivers`, ".baton-drivers"],
      [`${project}/cycles`, ".baton-cycles"],
      [`${project}/team`, ""],
      [`${project}/pack`, ".spc-chart"],
      [`${project}/slide`, ".spc-chart"],
      [`${project}/board`, ".baton-icon__mark"],
      [measure, ".spc-chart"],
      [`${measure}/tally`, ""],
      ["/projects", ""],
      ["/pool", ""],
    ] as const) {
      await page.goto(address);
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => one.setAttribute("open", "")));
      if (drawing !== "") await expect(page.locator(`main ${drawing}:visible`).first(), `${drawing} on ${address}`).toBeVisible();
      expect(await unseen(page), `what cannot be seen on ${address}`).toEqual([]);
    }
  });
}
