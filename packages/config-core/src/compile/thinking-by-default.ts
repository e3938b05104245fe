import type { ModelInfo } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";

/** What to tell of a model that thinks unasked in the place of one that did not, where nothing is asked for. */
export function thinkingByDefault(
  { thinking }: Readonly<AIConfiguration["model"]>,
  before: ModelInfo,
  after: ModelInfo,
): string | undefined {
  if (thinking !== undefined || before.thinksByDefault || !after.thinksByDefault) return undefined;
  return `${after.displayName} thinks by default, unlike ${before.displayName}. What it thinks counts towards the maximum output.`;
}
