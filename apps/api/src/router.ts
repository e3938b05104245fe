import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

import { alertsRouter } from "./routers/alerts.ts";
import { auditRouter } from "./routers/audit.ts";
import { budgetRouter } from "./routers/budget.ts";
import { claudeRouter } from "./routers/claude.ts";
import { configurationRouter } from "./routers/configuration.ts";
import { keyRouter } from "./routers/key.ts";
import { meRouter } from "./routers/me.ts";
import { modelRouter } from "./routers/model.ts";
import { organizationRouter } from "./routers/organization.ts";
import { policyRouter } from "./routers/policy.ts";
import { tokenRouter } from "./routers/token.ts";
import { usageRouter } from "./routers/usage.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  alerts: alertsRouter,
  audit: auditRouter,
  budget: budgetRouter,
  claude: claudeRouter,
  configuration: configurationRouter,
  key: keyRouter,
  me: meRouter,
  model: modelRouter,
  organization: organizationRouter,
  policy: policyRouter,
  token: tokenRouter,
  usage: usageRouter,
});

export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
