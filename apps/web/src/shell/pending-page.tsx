import { CardsSkeleton } from "../ui/skeleton.tsx";

/** While the session is looked up. */
export function PendingPage() {
  return (
    <main className="mx-auto max-w-6xl px-4 pt-24 lg:px-8">
      <h1 className="sr-only">Loading</h1>
      <CardsSkeleton cards={2} rows={3} />
    </main>
  );
}
