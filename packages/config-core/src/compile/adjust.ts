import type { AIConfiguration } from "../configuration.ts";
import type { AdjustmentCode, Draft } from "./compiler-rule.ts";

/** Notes one difference between what is wanted of a field and what is sent; null: nothing. */
export function adjust(
  { wanted, adjustments }: Pick<Draft, "wanted" | "adjustments">,
  name: keyof AIConfiguration["model"],
  to: unknown,
  code: AdjustmentCode,
  message: string,
): void {
  adjustments.push({ path: `model.${name}`, from: wanted[name] ?? null, to, code, message });
}
