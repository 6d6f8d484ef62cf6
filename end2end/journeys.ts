// What a journey takes: clicks, typed fields and screens, counted in the browser as a person would make them.

import { type Page } from "@playwright/test";
import { test } from "./fixtures";

/** What a journey took. */
export interface Taken {
  clicks: number;
  fields: number;
  screens: number;
}

/** What a press or a typed letter tells; handed over by the page before it can lead on. */
type Tells = (what: string, field: string) => void;

/**
 * Counts what is done on this page from now on: presses of the mouse, or of a finger, and choices from a list; fields that something is typed
 * into, each once a screen; and screens, with the one on which it begins. Prints a line of it. Only with JavaScript,
 * by which the page tells.
 */
export async function counted(page: Page, journey: string, walk: () => Promise<void>): Promise<Taken> {
  const typed = new Set<string>();
  const taken: Taken = { clicks: 0, fields: 0, screens: 1 };
  let counts = true;
  await page.exposeFunction("journeyTells", (what: string, field: string) => {
    if (!counts) return;
    if (what === "press") taken.clicks += 1;
    else typed.add(`${taken.screens}: ${field}`);
  });
  const listen = () => {
    const heard = window as unknown as { journeyTells?: Tells; journeyHeard?: boolean };
    if (heard.journeyHeard) return;
    heard.journeyHeard = true;
    const tell: Tells = (what, field) => heard.journeyTells?.(what, field);
    document.addEventListener("pointerdown", () => tell("press", ""), { capture: true });
    document.addEventListener("input", (event) => {
      const field = event.target as HTMLInputElement;
      // A box that is ticked was pressed; the browser of a test chooses from a list without pressing.
      if (field.tagName === "SELECT") tell("press", "");
      else if (field.type !== "radio" && field.type !== "checkbox") tell("type", field.id || field.name);
    }, { capture: true });
  };
  await page.addInitScript(listen);
  await page.evaluate(listen);
  const arrives = (frame: { parentFrame(): unknown }) => {
    if (counts && frame.parentFrame() === null) taken.screens += 1;
  };
  page.on("framenavigated", arrives);
  await walk();
  counts = false;
  page.off("framenavigated", arrives);
  taken.fields = typed.size;
  const line = `journey | ${journey.padEnd(24)} | clicks ${taken.clicks} | typed fields ${taken.fields} | screens ${taken.screens}`;
  console.log(line);
  test.info().annotations.push({ type: "journey", description: line });
  return taken;
}
