interface Deed {
  subject: string;
  action: string;
  /** What it was done to; of a membership the member's own id. */
  configId: string;
  configName: string | null;
  memberName: string | null;
  actor: { id: string | null };
  changes: readonly { path: string; from?: unknown; to?: unknown }[];
}

/**
 * What was done to what, as the rest of a sentence that begins with a name. `of` is the organization's name;
 * undefined where the thing is the reader's own.
 */
export function describeDeed(deed: Deed, of: string | undefined): string {
  switch (deed.subject) {
    case "organization":
      return describeOrganization(deed, of ?? "the organization");
    case "member":
      return describeMembership(deed, of ?? "the organization");
    case "invitation":
      return describeInvitation(deed, of ?? "the organization");
    case "token":
      return describeToken(deed, of ?? "the organization");
    case "policy":
      return `${verbOf(deed, "set")} the policy of ${of ?? "the organization"}`;
    case "key":
      return `${verbOf(deed, "stored")} ${ownersThing(keyName(deed), of)}`;
    default:
      return `${verbOf(deed, "created")} ${ownersThing(configurationName(deed), of)}`;
  }
}

/** Who did it, where their name is not known any more or never was. */
export function actorName({ name, type }: { name: string | null; type: string }): string {
  if (name !== null) return type === "token" ? `The service token ${name}` : name;
  return type === "user" ? "A former member" : "The system";
}

function verbOf({ action }: Deed, inserted: string): string {
  if (action === "insert") return inserted;
  return action === "delete" ? "deleted" : "changed";
}

function ownersThing(thing: string, of: string | undefined): string {
  return of === undefined ? `your ${thing}` : `the ${thing} of ${of}`;
}

function configurationName({ configName }: Deed): string {
  return configName === null || configName === "default" ? "configuration" : `“${configName}” configuration`;
}

/** The slot is recorded where a key comes or goes. */
function keyName({ changes }: Deed): string {
  const slot = changes.find(({ path }) => path === "slot");
  const name = slot?.to ?? slot?.from;
  return name === "primary" || name === "secondary" ? `${name} API key` : "API key";
}

function describeOrganization({ action }: Deed, of: string): string {
  if (action === "insert") return `founded ${of}`;
  return action === "delete" ? `deleted ${of}` : `renamed ${of}`;
}

function describeMembership({ action, configId, memberName, actor }: Deed, of: string): string {
  const isOwn = actor.id === configId;
  const member = memberName ?? "a former member";
  if (action === "insert") return isOwn ? `joined ${of}` : `added ${member} to ${of}`;
  if (action === "delete") return isOwn ? `left ${of}` : `removed ${member} from ${of}`;
  return isOwn ? `changed their own role in ${of}` : `changed the role of ${member} in ${of}`;
}

function describeToken({ action, changes }: Deed, of: string): string {
  // Not by way of the product: its tokens are made and revoked.
  if (action === "update") return `changed a service token of ${of}`;
  const name = changes.find(({ path }) => path === "name");
  const called = `the service token “${name?.to ?? name?.from}” of ${of}`;
  return action === "insert" ? `made ${called}` : `revoked ${called}`;
}

function describeInvitation({ action, changes }: Deed, of: string): string {
  if (action === "update") {
    const isUsed = changes.some(({ path }) => path === "acceptedBy");
    return isUsed ? `used an invitation to ${of}` : `changed an invitation to ${of}`;
  }
  const email = changes.find(({ path }) => path === "email");
  const invited = email?.to ?? email?.from;
  if (action === "insert") {
    return typeof invited === "string" ? `invited ${invited} to ${of}` : `made an invitation link to ${of}`;
  }
  return typeof invited === "string"
    ? `withdrew the invitation of ${invited} to ${of}`
    : `withdrew an invitation link to ${of}`;
}
