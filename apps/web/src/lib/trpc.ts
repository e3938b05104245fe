import type { AppRouter } from "@ai-config/api";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createTRPCQueryUtils, createTRPCReact } from "@trpc/react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { queryClient } from "./query-client.ts";

export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;

/** React hooks over the API. Only src/data uses them; pages use the hooks found there. */
export const trpc: ReturnType<typeof createTRPCReact<AppRouter>> = createTRPCReact<AppRouter>();

/** The one connection to the API. Calls made in the same tick travel together, at most ten, as the server allows. */
export const trpcClient = createTRPCClient<AppRouter>({
  links: [
    httpBatchLink({
      url: "/api/trpc",
      maxItems: 10,
      fetch: (url, options) => fetch(url, { ...(options as RequestInit), credentials: "same-origin" }),
    }),
  ],
});

/** The same cache outside of components: for route guards. */
export const trpcUtils = createTRPCQueryUtils<AppRouter>({ queryClient, client: trpcClient });
