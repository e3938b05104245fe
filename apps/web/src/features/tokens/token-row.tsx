import { useId } from "react";
import type { TokenSummary } from "../../data/use-tokens.ts";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { actionWords, lifeWords } from "./token-words.ts";

/** One token: what it is for, what it may do, and how long. */
export function TokenRow({ token, onRevoke }: { token: TokenSummary; onRevoke(): void }) {
  const id = useId();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3.5 sm:px-5">
      <div className="min-w-0 flex-1 basis-56">
        <p id={id} className="break-words font-medium">
          {token.name}
        </p>
        <p className="text-xs">
          <code className="break-all font-mono">{token.hint}</code>
          <span className="text-muted">
            {token.createdBy?.name ? ` · made by ${token.createdBy.name}` : ""}
          </span>
        </p>
        <p className="text-muted text-xs">{actionWords(token)}</p>
        <p className="text-muted text-xs" title={`Made ${formatAbsolute(token.createdAt)}`}>
          {lifeWords(token, new Date())}
        </p>
      </div>
      {token.isExpired && <Chip tone="neutral">Ended</Chip>}
      <Button size="small" aria-describedby={id} onClick={onRevoke} className="ml-auto">
        {token.isExpired ? "Remove" : "Revoke"}
      </Button>
    </li>
  );
}
