import { formatUsd } from "@ai-config/config-core";
import type { ReactNode } from "react";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { useModels } from "../../data/use-models.ts";
import type { TestAnswer } from "../../data/use-test-call.ts";
import { formatLeft } from "../../lib/format-money.ts";
import { pageLocale } from "../../lib/page-locale.ts";
import { budgetName } from "../budgets/budget-words.ts";
import { keyOwnerOf } from "./key-owner.ts";
import { stopWords } from "./stop-words.ts";
import { attemptWords, costBasisWord, durationWords, keyWord } from "./test-call-words.ts";

interface TestAnswerProps {
  answer: TestAnswer;
  /** What is shown beside it. */
  effective: EffectiveConfiguration;
}

/** What Claude said, what that cost, and what governed it. */
export function TestAnswerView({ answer, effective }: TestAnswerProps) {
  const models = useModels();
  const { text, model, inputTokens, outputTokens, durationMs, governed } = answer;
  const stop = stopWords(answer);
  const count = new Intl.NumberFormat(pageLocale);
  return (
    <div className="space-y-3">
      <blockquote className="whitespace-pre-wrap break-words rounded-lg border border-line bg-sunken px-3.5 py-2.5">
        {text === "" ? <span className="text-muted">{stop}</span> : text}
      </blockquote>
      {text !== "" && stop && <p className="text-[0.8125rem] text-muted">{stop}</p>}
      <dl className="grid gap-x-6 gap-y-2 text-[0.8125rem] sm:grid-cols-2">
        <Fact name="Cost">
          {formatUsd(governed.cost.amount)}
          {costBasisWord(governed.cost.basis)}
        </Fact>
        <Fact name="Model">{models[model]?.displayName ?? model}</Fact>
        <Fact name="Tokens">
          {count.format(inputTokens)} in, {count.format(outputTokens)} out
        </Fact>
        <Fact name="Key">{keyWord(governed.keySlot, keyOwnerOf(governed, effective))}</Fact>
        <Fact name="Attempts">{attemptWords(governed.attempts)}</Fact>
        <Fact name="Took">{durationWords(durationMs)}</Fact>
        <Fact name="Configuration version">
          {governed.configurationVersion === null ? "None stored" : <Id>{governed.configurationVersion}</Id>}
        </Fact>
        <Fact name="Ledger entry">
          <Id>{governed.id}</Id>
        </Fact>
        {governed.budgets.map(({ scope, period, left }) => (
          <Fact
            key={`${scope.kind} ${period}`}
            name={`Left of ${scope.kind === "user" ? "your" : "the shared"} ${budgetName(period).toLowerCase()}`}
          >
            {formatLeft(left)}
          </Fact>
        ))}
      </dl>
      {governed.adjustments.length > 0 && (
        <div className="text-[0.8125rem]">
          <h3 className="font-medium">Changed for this model</h3>
          <ul className="mt-1 list-disc space-y-0.5 pl-5 text-muted">
            {governed.adjustments.map(({ path, message }) => (
              <li key={path}>{message}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Id({ children }: { children: string }) {
  return <code className="break-all font-mono text-xs">{children}</code>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3 border-line border-b pb-1.5">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right tabular-nums">{children}</dd>
    </div>
  );
}
