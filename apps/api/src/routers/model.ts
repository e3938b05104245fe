import { personProcedure, router } from "../trpc.ts";

export const modelRouter = router({
  list: personProcedure.query(({ ctx }) => Object.values(ctx.service.models)),
});
