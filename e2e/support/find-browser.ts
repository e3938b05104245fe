import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A Chromium that starts on this machine, with the environment it needs. */
export interface Browser {
  executablePath: string;
  env: Record<string, string>;
}

const installed = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Finds a browser: `CHROMIUM_PATH`, one the system has, else the one that comes as an npm package.
 * Throws when none starts, because a browser test that silently does not run proves nothing.
 */
export async function findBrowser(): Promise<Browser> {
  for (const executablePath of installed) {
    if (executablePath && existsSync(executablePath) && starts({ executablePath, env: {} })) {
      return { executablePath, env: {} };
    }
  }
  return unpackBrowser();
}

async function unpackBrowser(): Promise<Browser> {
  // The package unpacks into the temporary folder; one of our own keeps two accounts out of each other's way.
  const folder = join(tmpdir(), `ai-config-browser-${userInfo().username}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const previous = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { default: chromium, inflate } = await import("@sparticuz/chromium");
    const executablePath = await chromium.executablePath();
    if (starts({ executablePath, env: {} })) return { executablePath, env: {} };
    // A machine without the system libraries a browser needs: the package brings them along.
    const packageFolder = dirname(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))));
    await inflate(join(packageFolder, "bin", "al2023.tar.br"));
    const browser = { executablePath, env: { LD_LIBRARY_PATH: join(folder, "al2023", "lib") } };
    if (starts(browser)) return browser;
  } finally {
    if (previous === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = previous;
  }
  throw new Error("No browser starts here. Install Chromium, or set CHROMIUM_PATH to one.");
}

function starts({ executablePath, env }: Browser): boolean {
  const run = spawnSync(executablePath, ["--version", "--no-sandbox"], {
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  return run.status === 0;
}
