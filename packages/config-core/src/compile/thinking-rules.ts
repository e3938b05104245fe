import { EFFORTS, type Effort } from "../catalogue/model-entry.ts";
import { adjust } from "./adjust.ts";
import type { AdjustmentCode, CompilerRule, Draft } from "./compiler-rule.ts";

/** The smallest budget that the API takes. */
const BUDGET_MIN = 1024;

/** What a model lacks of the ways to think and to work hard. In this order: the later ones see the earlier ones. */
export const THINKING_RULES: readonly CompilerRule[] = [
  { id: "no way to turn thinking off", apply: turnOffBetweenTools },
  { id: "thinking is always on", apply: leaveAlwaysOn },
  { id: "no thinking budgets", apply: replaceBudget },
  { id: "budget below the maximum output", apply: shrinkBudget },
  { id: "no adaptive thinking", apply: dropAdaptive },
  { id: "no such effort", apply: lowerEffort },
  { id: "great effort needs thinking", apply: lowerEffortWithoutThinking },
];

function turnOffBetweenTools(draft: Draft): void {
  const { params } = draft;
  if (params.thinking?.type !== "disabled" || wayToTurnOff(draft) !== "between_tools") return;
  params.thinking = { type: "between_tools" };
  noteThinking(
    draft,
    "between_tools",
    "thinking_between_tools",
    "thinks only between tools instead of not at all",
  );
}

function leaveAlwaysOn(draft: Draft): void {
  const { model, params } = draft;
  if (params.thinking?.type !== "disabled" || wayToTurnOff(draft) !== undefined) return;
  delete params.thinking;
  const isCertain = model.thinkingTypes.length > 0;
  // A model that cannot think needs not be told.
  if (!isCertain && !model.thinksByDefault) return;
  const why = isCertain ? "always thinks" : "may think by default and is not known to take it";
  noteThinking(draft, null, "thinking_always_on", why);
}

function wayToTurnOff({ model }: Draft): "disabled" | "between_tools" | undefined {
  return (["disabled", "between_tools"] as const).find((type) => model.thinkingTypes.includes(type));
}

function replaceBudget(draft: Draft): void {
  const { model, params } = draft;
  if (params.thinking?.type !== "enabled" || model.thinkingTypes.includes("enabled")) return;
  if (model.thinkingTypes.includes("adaptive")) {
    params.thinking = { type: "adaptive" };
    noteThinking(
      draft,
      "adaptive",
      "thinking_budget_not_supported",
      "takes no budget and decides by itself how much to think",
    );
  } else {
    delete params.thinking;
    noteThinking(draft, null, "thinking_not_supported", "cannot think");
  }
}

function shrinkBudget(draft: Draft): void {
  const { params } = draft;
  if (params.thinking?.type !== "enabled" || params.thinking.budget_tokens < params.max_tokens) return;
  const budget = params.max_tokens - 1;
  if (budget >= BUDGET_MIN) {
    params.thinking.budget_tokens = budget;
    noteThinking(draft, budget, "thinking_budget_too_large", "needs a budget below the maximum output");
  } else {
    delete params.thinking;
    noteThinking(
      draft,
      null,
      "thinking_budget_too_large",
      `needs a maximum output above ${BUDGET_MIN} tokens to think`,
    );
  }
}

function dropAdaptive(draft: Draft): void {
  const { model, params } = draft;
  if (params.thinking?.type !== "adaptive" || model.thinkingTypes.includes("adaptive")) return;
  delete params.thinking;
  const lacks = model.thinkingTypes.includes("enabled") ? "needs a budget to think" : "cannot think";
  noteThinking(draft, null, "thinking_not_supported", lacks);
}

function lowerEffort(draft: Draft): void {
  const { model, params } = draft;
  const effort = params.output_config?.effort;
  if (effort === undefined || model.efforts.includes(effort)) return;
  const lower = nearest(effort, model.efforts);
  if (lower === undefined) delete params.output_config;
  else params.output_config = { effort: lower };
  const message = lower
    ? `effort ${effort} lowered to ${lower}: ${model.displayName} has ${model.efforts.join(", ")}.`
    : `effort ${effort} dropped: ${model.displayName} has no efforts.`;
  adjust(draft, "effort", lower ?? null, "effort_not_supported", message);
}

function lowerEffortWithoutThinking(draft: Draft): void {
  const { model, params } = draft;
  const effort = params.output_config?.effort;
  const greatest = model.effortWithoutThinking;
  const isOff = params.thinking?.type === "disabled" || params.thinking?.type === "between_tools";
  if (effort === undefined || greatest === null || !isOff) return;
  if (EFFORTS.indexOf(effort) <= EFFORTS.indexOf(greatest)) return;
  params.output_config = { effort: greatest };
  const message = `effort ${effort} lowered to ${greatest}: with thinking off ${model.displayName} takes no more.`;
  adjust(draft, "effort", greatest, "effort_needs_thinking", message);
}

/** The greatest effort below the wanted one, else the least there is. A catalogue names them in any order. */
function nearest(effort: Effort, efforts: readonly Effort[]): Effort | undefined {
  const ordered = EFFORTS.filter((level) => efforts.includes(level));
  return ordered.findLast((level) => EFFORTS.indexOf(level) < EFFORTS.indexOf(effort)) ?? ordered[0];
}

function noteThinking(draft: Draft, to: unknown, code: AdjustmentCode, why: string): void {
  const { thinking } = draft.wanted;
  const name = typeof thinking === "number" ? `thinking budget ${thinking}` : `thinking "${thinking}"`;
  const done = to === null ? "dropped" : `became ${to}`;
  const message = `${name} ${done}: ${draft.model.displayName} ${why}.`;
  adjust(draft, "thinking", to, code, message);
}
