import { configurationCheckBody } from "./configuration-check.ts";
import { boundedPathsBody, defaultConfigurationBody } from "./policy-facts.ts";

/** Functions of the database whose bodies follow from the field registry, with their signature and result. */
export const REGISTRY_FUNCTIONS: readonly { signature: string; returns: string; body: string }[] = [
  { signature: "private.config_problem(c jsonb)", returns: "text", body: configurationCheckBody() },
  { signature: "private.default_configuration()", returns: "jsonb", body: defaultConfigurationBody() },
  { signature: "private.bounded_paths()", returns: "text[]", body: boundedPathsBody() },
];

/** The statement for a migration. */
export function registryFunctionSql({
  signature,
  returns,
  body,
}: (typeof REGISTRY_FUNCTIONS)[number]): string {
  return `create or replace function ${signature} returns ${returns}
  language sql immutable parallel safe set search_path = '' as $$${body}$$;
`;
}
