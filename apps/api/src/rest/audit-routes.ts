import { type AuditExportLine, exportAudit, type ServiceContext } from "@ai-config/config-service";
import { Hono } from "hono";
import * as z from "zod";

import type { ApiVariables } from "../http/guard.ts";
import { ownerOf } from "../routers/owner.ts";
import { callerOf, readInput } from "./caller.ts";

const query = z.strictObject({ organizationId: z.uuid().optional() });

/** The audit as a file: one JSON object a line, oldest first, with the chain that proves it whole. */
export function auditRoutes(service: ServiceContext) {
  const routes = new Hono<{ Variables: ApiVariables }>();

  routes.get("/export", async (c) => {
    const actor = await callerOf(c.var, "audit:read");
    const { organizationId } = readInput(query, c.req.query());
    const owner = ownerOf(
      organizationId === undefined ? { type: "user" } : { type: "organization", organizationId },
      actor,
    );
    const lines = exportAudit(service, { actor, owner });
    // A refusal comes with the first line, while there is still a status to send.
    const first = await lines.next();
    return c.body(streamOf(first, lines), 200, {
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-disposition": 'attachment; filename="audit.ndjson"',
      "cache-control": "private, no-store",
    });
  });

  return routes;
}

/** Reads on only as fast as the other side takes it. */
function streamOf(
  first: IteratorResult<AuditExportLine>,
  rest: AsyncGenerator<AuditExportLine>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = first;
  return new ReadableStream({
    async pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
      next = await rest.next();
    },
    async cancel() {
      await rest.return(undefined);
    },
  });
}
