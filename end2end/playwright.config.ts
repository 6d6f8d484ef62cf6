// The same journeys with and without JavaScript, each against a server and a store of its own, so
// that what one side changes is not missing on the other.

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, devices } from "@playwright/test";

// This file is read again by every worker: what is chosen here is handed on in the environment.
function once(name: string, choose: () => string): string {
  return (process.env[name] ??= choose());
}

function freePort(): string {
  const ask = "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  return execFileSync(process.execPath, ["-e", ask], { encoding: "utf8" }).trim();
}

const folder = once("BATON_E2E_FOLDER", () => mkdtempSync(join(tmpdir(), "baton-e2e-")));
const program = once("BATON_E2E_SERVER", () => join(import.meta.dirname, "..", "target", "debug", "server"));

function server(name: string) {
  const port = once(`BATON_E2E_PORT_${name.toUpperCase()}`, freePort);
  const baseURL = `http://127.0.0.1:${port}`;
  return {
    baseURL,
    webServer: {
      command: `"${program}" serve --demo --data "${join(folder, `${name}.db`)}" --addr 127.0.0.1:${port}`,
      url: `${baseURL}/health`,
      env: { RUST_LOG: "warn" },
      timeout: 90_000,
      gracefulShutdown: { signal: "SIGTERM" as const, timeout: 5_000 },
    },
  };
}

const enhanced = server("enhanced");
const plain = server("plain");

// A third server sends mail, to a mail server that shows what it took: for the journeys in which somebody reads it.
const inbox = once("BATON_E2E_INBOX", () => `http://127.0.0.1:${freePort()}`);
const smtp = once("BATON_E2E_PORT_SMTP", freePort);
const mailing = server("mailing");
once("BATON_E2E_MAILING", () => mailing.baseURL);
mailing.webServer.command += ` --smtp-url "smtp://127.0.0.1:${smtp}?tls=none" --mail-from "Baton <baton@tamarvale.example>"`;
const mailServer = {
  command: `"${process.execPath}" "${join(import.meta.dirname, "mailbox.mjs")}" ${smtp} ${new URL(inbox).port}`,
  url: inbox,
  timeout: 30_000,
};

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  // A loaded machine can be slow once; what fails twice is broken.
  retries: process.env.CI ? 1 : 0,
  timeout: 45_000,
  expect: { timeout: 7_000 },
  reporter: process.env.CI ? [["list"], ["html", { open: "never" }]] : [["list"]],
  use: {
    // What a failed test saw, to be opened with `npx playwright show-trace`.
    trace: process.env.CI ? "retain-on-failure" : "off",
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [
    { name: "with-javascript", use: { baseURL: enhanced.baseURL } },
    { name: "without-javascript", use: { baseURL: plain.baseURL, javaScriptEnabled: false } },
  ],
  webServer: [enhanced.webServer, plain.webServer, mailServer, mailing.webServer],
});
