import * as z from "zod/mini";
import { boundedIssues } from "../bounded-issues.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { FIELDS, type FieldPath, fieldAt, schemaOf } from "../configuration.ts";
import { unknownModelIssue, zoneIssues } from "../find-inconsistencies.ts";
import { inspectJson, joinPath } from "../inspect-json.ts";
import type { Checked, Issue } from "../issue.ts";
import { issuesFromZod } from "../issues-from-zod.ts";
import { type FieldBounds, type FieldRule, isLock, type Policy } from "./policy.ts";

/** Fields whose value is one number, so that bounds mean something. */
export const BOUNDED_PATHS: ReadonlySet<string> = new Set(
  FIELDS.filter(({ type, writable }) => writable && (type === "number" || type === "integer")).map(
    ({ path }) => path,
  ),
);

const MODELS_MAX = 100;

const lockSchema = z.strictObject({ lock: z.unknown() });
const boundsSchema = z.strictObject({
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  onBreach: z.optional(z.enum(["clamp", "refuse"])),
});

const shared = (path: FieldPath) => z.optional(schemaOf(path));

const policySchema = z.strictObject({
  fields: z.optional(z.record(z.string(), z.unknown())),
  allowedModels: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(
      z.minLength(1),
      z.maxLength(MODELS_MAX),
      z.refine((ids) => new Set(ids).size === ids.length, {
        params: { code: "invalid_value", message: "Must name each model once." },
      }),
    ),
  ),
  pool: z.optional(
    z.strictObject({
      dailyBudget: shared("costBudget.dailyBudget"),
      weeklyBudget: shared("costBudget.weeklyBudget"),
      monthlyBudget: shared("costBudget.monthlyBudget"),
      requestsPerMinute: shared("rateLimiting.requestsPerMinute"),
      concurrentRequests: shared("rateLimiting.concurrentRequests"),
    }),
  ),
});

/** Checks a whole policy, every rule of it, and tells all problems at once. */
export function validatePolicy(value: unknown, options: ModelOptions = {}): Checked<Policy> {
  const { issues, isReadable } = inspectJson(value);
  if (!isReadable) return { success: false, errors: boundedIssues(issues) };
  const parsed = policySchema.safeParse(value);
  if (!parsed.success)
    return {
      success: false,
      errors: boundedIssues([...issues, ...issuesFromZod(parsed.error.issues, value)]),
    };
  const policy = parsed.data as Policy;
  const errors: Issue[] = [...issues];
  for (const [path, rule] of Object.entries(policy.fields ?? {})) errors.push(...ruleIssues(path, rule));
  for (const [index, id] of (policy.allowedModels ?? []).entries()) {
    if (findModel(id, options.models) === undefined) {
      errors.push({
        ...unknownModelIssue(options.models),
        path: "allowedModels",
        message: `Value ${index + 1} is no known model.`,
      });
    }
  }
  errors.push(...modelLockIssues(policy, options), ...zoneLockIssues(policy));
  errors.push(...poolIssues(policy));
  return errors.length > 0
    ? { success: false, errors: boundedIssues(errors) }
    : { success: true, data: policy };
}

/** What can be used of a stored policy, whatever else is in it: a rule that is not valid imposes nothing. */
export function readPolicy(value: unknown): Policy {
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) return {};
  const policy = parsed.data as Policy;
  const rules = Object.entries(policy.fields ?? {}).filter(
    ([path, rule]) => ruleIssues(path, rule).length === 0,
  );
  return { ...policy, fields: Object.fromEntries(rules) };
}

function ruleIssues(path: string, rule: unknown): Issue[] {
  const at = joinPath("fields", path);
  const field = fieldAt(path);
  if (field === undefined || !field.writable) {
    return [
      { path: at, code: "unknown_field", message: "There is no such field to rule. Check the spelling." },
    ];
  }
  if (typeof rule === "object" && rule !== null && "lock" in rule) {
    const parsed = lockSchema.safeParse(rule);
    if (!parsed.success) return issuesFromZod(parsed.error.issues, rule, at);
    const value = schemaOf(field.path).safeParse(parsed.data.lock);
    return value.success ? [] : issuesFromZod(value.error.issues, parsed.data.lock, `${at}.lock`);
  }
  const parsed = boundsSchema.safeParse(rule);
  if (!parsed.success) return issuesFromZod(parsed.error.issues, rule, at);
  return boundsIssues(field.path, at, parsed.data);
}

function boundsIssues(path: FieldPath, at: string, bounds: FieldBounds): Issue[] {
  if (!BOUNDED_PATHS.has(path)) {
    return [
      { path: at, code: "invalid_value", message: "Only numbers have bounds. Lock the field instead." },
    ];
  }
  if (bounds.min === undefined && bounds.max === undefined) {
    return [{ path: at, code: "invalid_value", message: "Must lock the field or give it a min or a max." }];
  }
  for (const name of ["min", "max"] as const) {
    const bound = bounds[name];
    if (bound === undefined) continue;
    const parsed = schemaOf(path).safeParse(bound);
    if (!parsed.success) return issuesFromZod(parsed.error.issues, bound, `${at}.${name}`);
  }
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) {
    return [{ path: `${at}.min`, code: "inconsistent", message: "Must be the max or less." }];
  }
  return [];
}

function modelLockIssues({ fields, allowedModels }: Policy, { models }: ModelOptions): Issue[] {
  const model = lockedText("model.model", fields);
  if (model === undefined) return [];
  const path = "fields.model.model.lock";
  const issues: Issue[] = [];
  if (findModel(model, models) === undefined) issues.push({ ...unknownModelIssue(models), path });
  if (allowedModels !== undefined && !allowedModels.includes(model)) {
    issues.push({ path, code: "inconsistent", message: "Must be one of the allowed models." });
  }
  return issues;
}

function zoneLockIssues({ fields }: Policy): Issue[] {
  return zoneIssues(lockedText("costBudget.timeZone", fields), "fields.costBudget.timeZone.lock");
}

/** The text that a field is locked to; undefined for any other rule, and for what is no rule at all. */
function lockedText(path: FieldPath, fields: Policy["fields"]): string | undefined {
  const rule: FieldRule | undefined = fields?.[path];
  if (rule === undefined || ruleIssues(path, rule).length > 0 || !isLock(rule)) return undefined;
  return typeof rule.lock === "string" ? rule.lock : undefined;
}

function poolIssues({ pool = {} }: Policy): Issue[] {
  const {
    dailyBudget = 0,
    weeklyBudget = Number.POSITIVE_INFINITY,
    monthlyBudget = Number.POSITIVE_INFINITY,
  } = pool;
  const issues: Issue[] = [];
  if (dailyBudget > Math.min(weeklyBudget, monthlyBudget)) {
    issues.push({
      path: "pool.dailyBudget",
      code: "inconsistent",
      message: "Must be the weekly and monthly budget or less.",
    });
  }
  if (pool.weeklyBudget !== undefined && pool.weeklyBudget > monthlyBudget) {
    issues.push({
      path: "pool.weeklyBudget",
      code: "inconsistent",
      message: "Must be the monthly budget or less.",
    });
  }
  return issues;
}
