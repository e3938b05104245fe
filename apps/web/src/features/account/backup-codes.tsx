import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";

/** The one sight of backup codes. */
export function BackupCodes({ codes }: { codes: readonly string[] }) {
  const [outcome, setOutcome] = useState<"copied" | "refused">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      setOutcome("copied");
    } catch {
      // A browser gives its clipboard only to secure pages.
      setOutcome("refused");
    }
  };
  return (
    <>
      <ul
        aria-label="Backup codes"
        className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border border-line bg-sunken px-4 py-3 font-mono text-[0.8125rem]"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button onClick={() => void copy()}>
          {outcome === "copied" ? (
            <Check aria-hidden className="size-3.5" />
          ) : (
            <Copy aria-hidden className="size-3.5" />
          )}
          Copy
        </Button>
        <p role="status" className="text-[0.8125rem] text-muted">
          {outcome === "copied" && "Copied."}
          {outcome === "refused" && "Your browser does not allow it: select them and copy."}
        </p>
      </div>
    </>
  );
}
