/** What a service token can be allowed to do in its organization, as people read it. */
export const TOKEN_ACTIONS = {
  "effective:read": {
    label: "Read effective configurations",
    help: "What applies for the organization and for each of its members, with hints of keys.",
  },
  "configurations:read": {
    label: "Read configurations",
    help: "The stored configurations of the organization.",
  },
  "configurations:write": {
    label: "Change configurations",
    help: "Read, create, change and delete the organization's configurations, and see what then applies.",
  },
  "keys:read": { label: "See API keys", help: "Hints, ages and versions of the organization's keys." },
  "keys:write": { label: "Rotate API keys", help: "See, replace and revoke the organization's keys." },
  "policy:read": { label: "Read the policy", help: "What the organization imposes on its members." },
  "members:read": { label: "Read members", help: "Names, e-mail addresses and roles of the members." },
  "usage:read": { label: "Read usage", help: "Calls, tokens, costs and budget alerts of the organization." },
  "audit:read": {
    label: "Read the audit log",
    help: "Read, verify and export the organization's audit log.",
  },
} as const satisfies Record<string, { label: string; help: string }>;

export type TokenAction = keyof typeof TOKEN_ACTIONS;
