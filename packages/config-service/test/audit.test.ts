import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import {
  type AuditExportLine,
  createOrganization,
  exportAudit,
  listAudit,
  updateConfiguration,
  verifyAudit,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, type TestService, userOwner } from "./support/service.ts";

const configName = "default";

async function personWithChanges({ ctx, database }: TestService, changes: number) {
  const userId = await database.createUser();
  const whose = { actor: { ...asUser(userId), via: "test" }, owner: userOwner(userId) };
  for (let index = 0; index < changes; index += 1) {
    const updates = { model: { temperature: index / changes } };
    await updateConfiguration(ctx, { ...whose, configName, updates, reason: `change ${index}` });
  }
  return whose;
}

async function linesOf(lines: AsyncIterable<AuditExportLine>): Promise<AuditExportLine[]> {
  const all: AuditExportLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** As somebody would who has nothing but the lines and their description. */
function hashesOf(lines: readonly AuditExportLine[]): { contentHash: string; hash: string }[] {
  let previous = Buffer.alloc(0);
  return lines.map(({ salt, content, record }) => {
    const contentHash = createHash("sha256")
      .update(Buffer.from(salt ?? "", "hex"))
      .update(content)
      .digest("hex");
    previous = createHash("sha256").update(previous).update(record).digest();
    return { contentHash, hash: previous.toString("hex") };
  });
}

test("an export can be verified by anybody, and ends where the verdict of the database ends", async () => {
  await using service = await startService();
  const { ctx } = service;
  const whose = await personWithChanges(service, 4);
  const lines = await linesOf(exportAudit(ctx, whose));
  expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(hashesOf(lines)).toEqual(lines.map(({ contentHash, hash }) => ({ contentHash, hash })));
  expect(JSON.parse(lines[3]?.content ?? "")).toEqual([
    configName,
    expect.objectContaining({ configuration: { model: { temperature: 0.5 } } }),
    expect.objectContaining({ configuration: { model: { temperature: 0.75 } } }),
    "change 3",
    null,
  ]);
  expect(JSON.parse(lines[3]?.record ?? "").at(-1)).toBe(lines[3]?.contentHash);
  expect(await verifyAudit(ctx, whose)).toEqual({
    checked: 4,
    forgotten: 0,
    head: lines[3]?.hash,
    problem: null,
  });
});

test("a long audit is exported whole, page by page", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const whose = await personWithChanges(service, 1);
  await database.owner`
    do $$ begin for n in 1..1001 loop
      update public.ai_configurations set priority = n % 1000;
    end loop; end $$`.simple();
  const lines = await linesOf(exportAudit(ctx, whose));
  expect(lines).toHaveLength(1002);
  expect(hashesOf(lines).at(-1)?.hash).toBe(lines.at(-1)?.hash);
});

test("what was altered behind our back is named", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const whose = await personWithChanges(service, 3);
  await database.owner.begin(async (tx) => {
    await tx`alter table public.ai_configuration_audit disable trigger append_only`;
    await tx`update public.ai_configuration_audit set reason = 'no reason' where seq = 2`;
    await tx`alter table public.ai_configuration_audit enable trigger append_only`;
  });
  const { entries } = await listAudit(ctx, whose);
  expect(await verifyAudit(ctx, whose)).toMatchObject({
    checked: 1,
    problem: { kind: "altered", seq: 2, id: entries[1]?.id },
  });
});

test.each<[what: string, tampering: string | null, verdict: object]>([
  ["nothing", null, { checked: 7, problem: null }],
  [
    "an entry in the middle of a part",
    "update $ set via = 'x' where seq = 5",
    { checked: 4, problem: { kind: "altered", seq: 5 } },
  ],
  [
    "the first entry of a part",
    "update $ set via = 'x' where seq = 4",
    { checked: 3, problem: { kind: "altered", seq: 4 } },
  ],
  [
    "the last entry of a part",
    "delete from $ where seq = 6",
    { checked: 5, problem: { kind: "missing", seq: 6 } },
  ],
  [
    "the last entry of all",
    "delete from $ where seq = 7",
    { checked: 6, problem: { kind: "missing", seq: 7 } },
  ],
  [
    "an entry that was put before the first",
    "update $ set seq = -1 where seq = 7",
    { checked: 0, problem: { kind: "missing", seq: 1 } },
  ],
])("a chain that is verified in parts tells the same as at once: %s", async (_, tampering, verdict) => {
  await using service = await startService();
  const { ctx, database } = service;
  const whose = await personWithChanges(service, 7);
  await database.owner.begin(async (tx) => {
    await tx`alter table public.ai_configuration_audit disable trigger append_only`;
    if (tampering !== null) await tx.unsafe(tampering.replace("$", "public.ai_configuration_audit"));
    await tx`alter table public.ai_configuration_audit enable trigger append_only`;
  });
  const atOnce = await verifyAudit(ctx, whose);
  expect(atOnce).toMatchObject(verdict);
  for (const partEntries of [1, 3, 7, 8])
    expect([partEntries, await verifyAudit(ctx, { ...whose, partEntries })]).toEqual([partEntries, atOnce]);
});

test("an organization's audit is verified and exported by its owners and admins only", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [dana, kim, stranger] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const { id } = await createOrganization(ctx, { actor: asUser(dana), name: "Acme" });
  await database.addMember(id, kim, "member");
  const owner = organizationOwner(id);
  expect(await verifyAudit(ctx, { actor: asUser(dana), owner })).toMatchObject({ checked: 3, problem: null });
  expect(await linesOf(exportAudit(ctx, { actor: asUser(dana), owner }))).toHaveLength(3);
  for (const [userId, code] of [
    [kim, "FORBIDDEN"],
    [stranger, "NOT_FOUND"],
  ] as const) {
    const asked = { actor: asUser(userId), owner };
    await expect(verifyAudit(ctx, asked)).rejects.toMatchObject({ code });
    await expect(linesOf(exportAudit(ctx, asked))).rejects.toMatchObject({ code });
  }
  const other = { actor: asUser(kim), owner: userOwner(dana) };
  await expect(verifyAudit(ctx, other)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(linesOf(exportAudit(ctx, other))).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("an entry tells through what the change was made", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const whose = await personWithChanges(service, 1);
  await database.owner`update public.ai_configurations set priority = 5`;
  const { entries } = await listAudit(ctx, whose);
  expect(entries.map(({ via }) => via)).toEqual(["sql", "test"]);
});
