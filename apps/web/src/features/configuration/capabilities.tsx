import type { Model } from "../../data/use-models.ts";
import { pageLocale } from "../../lib/page-locale.ts";
import { Chip } from "../../ui/chip.tsx";

const count = new Intl.NumberFormat(pageLocale);
const price = new Intl.NumberFormat(pageLocale, {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 6,
});

interface CapabilitiesProps {
  chosen: Model | undefined;
  /** Who answers for it: a retired model's price is paid by nobody. */
  model: Model | undefined;
}

/** What the model that answers can do, read only. */
export function Capabilities({ chosen, model }: CapabilitiesProps) {
  if (!model) return null;
  const facts = [
    ["Context", `${count.format(model.contextWindow)} tokens`],
    ["Output limit", `${count.format(model.outputLimit)} tokens`],
    ["Input", priceOf(model.costPer1kInputTokens)],
    ["Output", priceOf(model.costPer1kOutputTokens)],
  ] as const;
  return (
    <div className="mt-1 md:col-start-1">
      {chosen && chosen !== model && (
        <p className="mb-1 text-muted text-xs">Of {model.displayName}, which answers its calls:</p>
      )}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 text-xs sm:max-w-80">
        {facts.map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-muted">{term}</dt>
            <dd className="tabular-nums">{fact}</dd>
          </div>
        ))}
      </dl>
      {model.supportedFeatures.length > 0 && (
        <ul aria-label="Supported features" className="mt-2 flex flex-wrap gap-1">
          {model.supportedFeatures.map((feature) => (
            <li key={feature}>
              <Chip>{feature.replaceAll(/[_-]/g, " ")}</Chip>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function priceOf(dollars: number | undefined): string {
  return dollars === undefined ? "Not known" : `${price.format(dollars)} / 1K tokens`;
}
