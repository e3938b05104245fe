import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let product: Product;
let browser: Browser;
let organizationId: string;
let dana: HttpPerson;
let asDana: Page;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  organizationId = (await dana.call("GET", "/api/trpc/me.get")).body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme" });
  asDana = await openPage("dana@example.com");
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

/** A browser of somebody who has just signed in. */
async function openPage(email: string): Promise<Page> {
  // The page's policy forbids foreign scripts; the accessibility check is one.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
  return page;
}

const row = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });

describe("an owner at the members page", () => {
  let link: string;

  test("finds it in the navigation and gives the organization its name", async () => {
    await asDana.getByRole("link", { name: "Members" }).click();
    await asDana.getByRole("heading", { level: 1, name: "Members" }).waitFor();
    await asDana.getByLabel("Name", { exact: true }).fill("Acme Robotics");
    await asDana.getByRole("button", { name: "Rename" }).click();
    await asDana.getByText("Who belongs to Acme Robotics").waitFor();
  });

  test("invites by a link that is shown once and can be copied", async () => {
    await asDana.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await asDana.getByRole("button", { name: "Invite" }).click();
    const dialog = asDana.getByRole("dialog", { name: "Invite to Acme Robotics" });
    await dialog.getByLabel("E-mail (optional)").fill("no address");
    await dialog.getByRole("button", { name: "Make link" }).click();
    await dialog.locator("[aria-invalid=true]").waitFor();
    await dialog.getByLabel("E-mail (optional)").fill("kim@example.com");
    await dialog.getByRole("combobox", { name: "Role" }).click();
    await asDana.getByRole("option", { name: "Viewer" }).click();
    expect(await accessibilityViolations(asDana)).toEqual([]);
    await dialog.getByRole("button", { name: "Make link" }).click();
    const shown = asDana.getByRole("dialog", { name: "Send this link" });
    link = await shown.getByLabel("Invitation link").inputValue();
    await shown.getByRole("button", { name: "Copy" }).click();
    await shown.getByText("Copied.").waitFor();
    expect(await asDana.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await shown.getByRole("button", { name: "Done" }).click();
    await row(asDana, "kim@example.com").getByText("Viewer").waitFor();
    expect(await asDana.content()).not.toContain(new URL(link).searchParams.get("invitation"));
  });

  test("takes another link back, which then lets nobody in", async () => {
    const input = { organizationId, role: "member" };
    const { body } = await dana.call("POST", "/api/trpc/organization.invite", input);
    await asDana.reload();
    await row(asDana, "Whoever has the link").getByRole("button", { name: "Take back" }).click();
    await asDana.getByText("Its link lets nobody in any more.").waitFor();
    await expect.poll(() => row(asDana, "Whoever has the link").count()).toBe(0);
    const taken = new URL(body.result.data.url);
    const joined = await new HttpPerson(product.url).signUp("lou@example.com", "Lou", taken);
    expect(joined.status).toBeGreaterThanOrEqual(400);
  });

  test("gives a member another role, and takes it back", async () => {
    await new HttpPerson(product.url).signUp("kim@example.com", "Kim Osei", new URL(link));
    await asDana.reload();
    const role = asDana.getByRole("combobox", { name: "Role of Kim Osei" });
    await role.click();
    await asDana.getByRole("option", { name: "Admin" }).click();
    await asDana.getByText("Kim Osei is now an admin").waitFor();
    await asDana.getByRole("button", { name: "Undo" }).click();
    await asDana.getByText("Kim Osei is now a viewer").waitFor();
    await expect.poll(() => role.textContent()).toBe("Viewer");
  });

  test("stays owner while nobody else is one, and is told why", async () => {
    await asDana.getByRole("combobox", { name: "Role of Dana Reyes" }).click();
    await asDana.getByRole("option", { name: /^Member/ }).click();
    const change = asDana.getByRole("dialog", { name: "Become a member?" });
    await change.getByRole("button", { name: "Change my role" }).click();
    await change.getByText("Make somebody else an owner first.").waitFor();
    await change.getByRole("button", { name: "Cancel" }).click();
    await row(asDana, "Dana Reyes").getByRole("button", { name: "Leave" }).click();
    const leave = asDana.getByRole("dialog", { name: "Leave Acme Robotics?" });
    await leave.getByRole("button", { name: "Leave" }).click();
    await leave.getByText("Make somebody else an owner first.").waitFor();
    expect(await accessibilityViolations(asDana)).toEqual([]);
    await leave.getByRole("button", { name: "Cancel" }).click();
  });
});

describe("somebody with two organizations", () => {
  test("looks at the other one and makes it their default", async () => {
    await dana.call("POST", "/api/trpc/organization.create", { name: "Night Lab" });
    await asDana.reload();
    await asDana.getByRole("button", { name: /Organization: ?Acme Robotics/ }).click();
    await asDana.getByRole("menuitemradio", { name: "Night Lab" }).click();
    await asDana.getByText("Who belongs to Night Lab").waitFor();
    await asDana.getByRole("button", { name: "Make it my default" }).click();
    await asDana.getByText("Night Lab is your default now").waitFor();
    const { organizations } = (await dana.call("GET", "/api/trpc/me.get")).body.result.data;
    expect(organizations[0]).toMatchObject({ name: "Night Lab", isDefault: true });
  });

  test("deletes it, and sees the one that is left", async () => {
    await asDana.getByRole("button", { name: "Delete organization" }).click();
    const dialog = asDana.getByRole("dialog", { name: "Delete Night Lab?" });
    await dialog.getByLabel("Type Night Lab to confirm").fill("Night Lab");
    await dialog.getByRole("button", { name: "Delete organization" }).click();
    await asDana.getByText("Who belongs to Acme Robotics").waitFor();
    await row(asDana, "Kim Osei").waitFor();
  });
});

describe("a viewer at the members page", () => {
  let asKim: Page;

  test("reads who belongs to the organization and changes nothing", async () => {
    asKim = await openPage("kim@example.com");
    await asKim.goto(`${product.url}/members`);
    await asKim.getByText("You can see who belongs to Acme Robotics, not change it.").waitFor();
    await row(asKim, "Dana Reyes").getByText("Owner").waitFor();
    for (const name of ["Invite", "Remove", "Rename", "Delete organization"]) {
      expect(await asKim.getByRole("button", { name }).count()).toBe(0);
    }
    expect(await asKim.getByRole("combobox").count()).toBe(0);
    expect(await accessibilityViolations(asKim)).toEqual([]);
    expect(await sidewaysScroll(asKim)).toBeLessThanOrEqual(0);
  });

  test("leaves, and the organization is gone from the page", async () => {
    await row(asKim, "Kim Osei").getByRole("button", { name: "Leave" }).click();
    await asKim.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await asKim.getByText("You have left Acme Robotics").waitFor();
    await expect.poll(() => asKim.getByText("Who belongs to Acme Robotics").count()).toBe(0);
  });
});

describe("an owner who ends an organization", () => {
  test("types its name first", async () => {
    await asDana.reload();
    await asDana.getByRole("button", { name: "Delete organization" }).click();
    const dialog = asDana.getByRole("dialog", { name: "Delete Acme Robotics?" });
    await dialog.getByLabel("Type Acme Robotics to confirm").fill("Acme");
    await dialog.getByRole("button", { name: "Delete organization" }).click();
    await dialog.getByText("Type Acme Robotics exactly as it is written here.").waitFor();
    await dialog.getByLabel("Type Acme Robotics to confirm").fill("Acme Robotics");
    await dialog.getByRole("button", { name: "Delete organization" }).click();
    await asDana.getByText("Acme Robotics was deleted").waitFor();
    await asDana.getByRole("heading", { name: "You do not belong to an organization" }).waitFor();
  });
});
