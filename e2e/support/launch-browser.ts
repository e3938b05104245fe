import { chromium, type Browser as PlaywrightBrowser } from "playwright-core";

import { findBrowser } from "./find-browser.ts";

/** Starts a headless Chromium that talks to nobody but the pages it is sent to. */
export async function launchBrowser(): Promise<PlaywrightBrowser> {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
