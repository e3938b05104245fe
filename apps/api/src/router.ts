import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

import { auditRouter } from "./routers/audit.ts";
import { configurationRouter } from "./routers/configuration.ts";
import { keyRouter } from "./routers/key.ts";
import { meRouter } from "./routers/me.ts";
import { modelRouter } from "./routers/model.ts";
import { organizationRouter } from "./routers/organization.ts";
import { policyRouter } from "./routers/policy.ts";
import { tokenRouter } from "./routers/token.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  audit: auditRouter,
  configuration: configurationRouter,
  key: keyRouter,
  me: meRouter,
  model: modelRouter,
  organization: organizationRouter,
  policy: policyRouter,
  token: tokenRouter,
});

export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
