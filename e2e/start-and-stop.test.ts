import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { freePort, startProduct, withoutProductSettings } from "./support/start-product.ts";

let dataDirectory: string;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-restart-"));
});

afterAll(async () => {
  await rm(dataDirectory, { recursive: true, force: true });
});

test("the first start says where to go and how to sign in, and a clean stop ends with 0", async () => {
  await using product = await startProduct({ dataDirectory });
  expect(product.output()).toContain(product.url);
  expect(product.output()).toMatch(/sign-up/);
  // The default of the contract is about to be retired by Anthropic, and whoever starts is told.
  expect(product.output()).toMatch(/The default model: Claude Sonnet 4\.5 .*(retire|replace)/);
  expect(await product.stop("SIGTERM")).toBe(0);
});

test("a terminal that is closed ends it cleanly, too", async () => {
  await using product = await startProduct({ dataDirectory });
  expect(await product.stop("SIGHUP")).toBe(0);
  expect(product.output()).toContain("Stopping");
});

test("what was saved is there after a restart, also after the process was killed", async () => {
  await using first = await startProduct({ dataDirectory });
  const dana = new HttpPerson(first.url);
  await dana.signUp("dana@example.com");
  await dana.call("PATCH", "/api/ai-configuration", {
    configName: "default",
    updates: { model: { temperature: 0.2 } },
  });
  await first.stop("SIGKILL");

  await using second = await startProduct({ dataDirectory });
  const again = new HttpPerson(second.url);
  await again.call(
    "POST",
    "/api/auth/sign-in/email",
    { email: "dana@example.com", password: "correct horse battery" },
    { origin: second.url },
  );
  const { body } = await again.call("GET", "/api/ai-configuration");
  expect(body.effective.model.temperature).toBe(0.2);
  expect(await second.stop("SIGINT")).toBe(0);
});

test("a second process on the same data is refused with a sentence that names the first", async () => {
  await using first = await startProduct({ dataDirectory });
  await expect(startProduct({ dataDirectory })).rejects.toThrow(/already|in use/i);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  await first.stop();
});

test("the secrets made at the first start can be read by their user alone", async () => {
  const secrets = (await readdir(dataDirectory)).filter((name) => /secret|key/i.test(name));
  expect(secrets.length).toBeGreaterThan(0);
  for (const name of secrets) {
    expect((await stat(join(dataDirectory, name))).mode & 0o077, name).toBe(0);
    expect((await readFile(join(dataDirectory, name), "utf8")).trim().length, name).toBeGreaterThan(20);
  }
});

// Shells differ: some give way to what they run.
test.each(["/bin/sh", "/bin/bash"].filter((shell) => existsSync(shell)))(
  "what ends npm ends what it started by %s, and its database",
  async (shell) => {
    const port = await freePort();
    // As in a shell, where no installed `node` stands before npm's own.
    const PATH = process.env.PATH?.split(delimiter)
      .filter((folder) => !folder.includes("node_modules"))
      .join(delimiter);
    const npm = spawn("npm", ["start"], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: {
        ...withoutProductSettings(process.env),
        PATH,
        PORT: String(port),
        AI_CONFIG_DATA_DIR: dataDirectory,
        DATABASE_URL: "",
        npm_config_script_shell: shell,
      },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    try {
      let said = "";
      npm.stdout.on("data", (chunk) => (said += String(chunk)));
      await vi.waitFor(() => expect(said).toContain("AI Config is ready"), { timeout: 60_000, interval: 50 });
      npm.kill("SIGTERM");
      // It is held open by everything that may still print.
      await once(npm.stdout, "close", { signal: AbortSignal.timeout(30_000) });
    } finally {
      killGroup(npm);
    }
    // Refused if anything still ran on these data.
    await using again = await startProduct({ dataDirectory });
    expect(await again.stop()).toBe(0);
  },
);

/** What is left of a process that leads a group, and of all that it started. */
function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid as number), "SIGKILL");
  } catch {
    // Nothing is left.
  }
}

test("a malformed setting is named at start, all of them at once, without its value", async () => {
  const main = fileURLToPath(new URL("../apps/api/src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      PORT: "eighty",
      AI_CONFIG_SIGN_UP: "sometimes",
      AI_CONFIG_DATA_DIR: dataDirectory,
      AI_CONFIG_ENCRYPTION_KEYS: "too-short-and-secret",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(child, "exit");
  expect(code).toBe(78);
  for (const name of ["PORT", "AI_CONFIG_SIGN_UP", "AI_CONFIG_ENCRYPTION_KEYS"])
    expect(output).toContain(name);
  expect(output).not.toContain("too-short-and-secret");
});

test("production refuses to start without its secrets", async () => {
  await expect(
    startProduct({ env: { NODE_ENV: "production", PORT: String(await freePort()) } }),
  ).rejects.toThrow(/AI_CONFIG_ENCRYPTION_KEYS/);
});
