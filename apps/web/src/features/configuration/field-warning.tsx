import type { Warning } from "@ai-config/config-core";
import { Info } from "lucide-react";

/** What a setting will not do, said where it is set. New words are read out, without haste. */
export function FieldWarning({ id, warnings }: { id: string; warnings: readonly Warning[] }) {
  return (
    <div id={id} role="status">
      {warnings.map(({ code, message }) => (
        <p key={code} className="mt-1 flex items-start gap-1.5 text-muted text-xs">
          <Info aria-hidden className="mt-px size-3.5 shrink-0 text-warn-ink" />
          <span className="min-w-0">{message}</span>
        </p>
      ))}
    </div>
  );
}
