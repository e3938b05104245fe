import { Download, ShieldCheck } from "lucide-react";
import type { Owner } from "../../data/owner.ts";
import { useVerifyAudit } from "../../data/use-verify-audit.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClassNames } from "../../ui/button.tsx";
import { describeVerdict } from "./describe-verdict.ts";

/** What can be done with the log as a whole: see that it is whole, and take it away. */
export function AuditTools({ owner }: { owner: Owner }) {
  const verify = useVerifyAudit(owner);
  return (
    <div className="mb-4">
      <div className="flex flex-wrap justify-end gap-2">
        <Button isBusy={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck aria-hidden className="size-3.5" />
          Verify
        </Button>
        <a href={exportAddress(owner)} download="audit.ndjson" className={buttonClassNames()}>
          <Download aria-hidden className="size-3.5" />
          Export
        </a>
      </div>
      <div role="status" className="mt-3 empty:hidden">
        {verify.data && <Verdict verdict={verify.data} />}
      </div>
      {verify.error && (
        <div className="mt-3">
          <Banner tone="bad" role="alert">
            The log could not be verified. {problemOf(verify.error).message}
          </Banner>
        </div>
      )}
    </div>
  );
}

function Verdict({ verdict }: { verdict: Parameters<typeof describeVerdict>[0] }) {
  const { isWhole, sentences } = describeVerdict(verdict);
  return (
    <Banner tone={isWhole ? "good" : "bad"}>
      <p>{sentences.join(" ")}</p>
      {verdict.head !== "" && (
        <details className="mt-0.5 text-xs">
          <summary className="inline-flex min-h-6 cursor-default items-center">Fingerprint</summary>
          <p>
            Kept elsewhere, it proves later that nothing up to here has changed:{" "}
            <code className="break-all font-mono">{verdict.head}</code>
          </p>
        </details>
      )}
    </Banner>
  );
}

function exportAddress(owner: Owner): string {
  if (owner.type === "user") return "/api/audit/export";
  return `/api/audit/export?${new URLSearchParams({ organizationId: owner.organizationId })}`;
}
