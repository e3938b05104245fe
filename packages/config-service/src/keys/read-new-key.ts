import { AIConfigError, Secret } from "@ai-config/config-core";

const MAX_LENGTH = 512;

/**
 * Takes a key as people paste it. Only what can never be right is refused here, since Anthropic alone knows
 * what its keys look like; what passes can be sent as a header.
 */
export function readNewKey(text: string): Secret {
  const key = text.trim();
  if (key.length <= MAX_LENGTH && /^sk-ant-[\x21-\x7e]+$/.test(key)) return new Secret(key);
  const message = `Must start with sk-ant-, hold no spaces and be at most ${MAX_LENGTH} characters long.`;
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path: "newKey", code: "malformed", message }] });
}
