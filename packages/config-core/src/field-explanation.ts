import type { LayerRef, LayerSource } from "./layer.ts";
import type { Imposed } from "./policy/policy.ts";

/** A value of a field, with the layer that says so. */
export interface FieldSource {
  readonly value: unknown;
  readonly source: LayerSource;
  readonly layer: LayerRef;
}

/** Where a field's effective value comes from, and the values it hides, nearest first. */
export interface FieldExplanation extends FieldSource {
  readonly hidden: readonly FieldSource[];
  /** What a policy did to the value, in words such as "Limited to 8,192 tokens by Acme." */
  readonly imposed?: Imposed & { readonly message: string };
}
