import { Link } from "@tanstack/react-router";
import { usePageTitle } from "../lib/page-title.ts";
import { buttonClassNames } from "../ui/button.tsx";

/** For addresses that lead nowhere. */
export function NotFoundPage() {
  usePageTitle("Page not found");
  return (
    <main className="grid min-h-dvh place-items-center px-6 text-center">
      <div>
        <p className="font-mono text-muted text-sm">404</p>
        <h1 className="mt-1 font-semibold text-2xl tracking-tight">Page not found</h1>
        <p className="mt-2 text-muted">
          There is nothing at this address. It may have moved, or have been mistyped.
        </p>
        <Link to="/configuration" className={`${buttonClassNames("primary")} mt-5`}>
          Go to Configuration
        </Link>
      </div>
    </main>
  );
}
