/** Another model that a request names; undefined where it is Anthropic's to choose. */
export interface NamedModel {
  readonly path: string;
  readonly model: string | undefined;
}

/** Every text that anything in the value calls its model. */
export function findModels(value: unknown, path: string, found: NamedModel[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (name === "model" && typeof part === "string") found.push({ path: `${path}.model`, model: part });
    else findModels(part, `${path}.${name}`, found);
  }
}
