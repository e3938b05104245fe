import { problemOf } from "../lib/api-problem.ts";
import { Button } from "../ui/button.tsx";

interface ProblemProps {
  what: string;
  error: unknown;
  onRetry(): void;
}

/** A failure in the place where the content would be: what failed, why, and what to do. */
export function Problem({ what, error, onRetry }: ProblemProps) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="rounded-xl border border-line bg-surface p-6 shadow-card">
      <h2 className="font-semibold">{what}</h2>
      <p className="mt-1 text-muted">{problem.message}</p>
      {problem.requestId && (
        <p className="mt-2 break-all text-muted text-xs">
          Request <code className="font-mono">{problem.requestId}</code>
        </p>
      )}
      <Button className="mt-4" onClick={() => onRetry()}>
        Retry
      </Button>
    </div>
  );
}
