import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { usePageTitle } from "../lib/page-title.ts";
import { Problem } from "./problem.tsx";

/** For when not even the frame of the app can be shown. */
export function FailurePage({ error, reset }: ErrorComponentProps) {
  usePageTitle("Something went wrong");
  const router = useRouter();
  return (
    <main className="mx-auto max-w-xl px-4 pt-24">
      <h1 className="mb-4 font-semibold text-2xl tracking-tight">Something went wrong</h1>
      <Problem
        what="This page could not be opened."
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}
