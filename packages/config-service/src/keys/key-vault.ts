import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import { AIConfigError, Secret } from "@ai-config/config-core";
import { CompactEncrypt, compactDecrypt } from "jose";

import { type Owner, ownerKey } from "../owner.ts";
import { KEY_RING_VARIABLE, parseKeyRing, type RingKey } from "./key-ring.ts";

export type KeySlot = "primary" | "secondary";

/** Where a sealed key belongs. It opens there and nowhere else. */
export interface KeyContext {
  readonly owner: Owner;
  readonly provider: "anthropic";
  readonly slot: KeySlot;
}

export interface SealedKey {
  /** A compact JWE. */
  readonly sealed: string;
  /** The master key it was sealed with. */
  readonly kekId: string;
  /** Tells whether two keys are the same, to whoever has the master key. */
  readonly fingerprint: string;
}

export interface KeyVault {
  /** Where its master keys came from, for people. */
  readonly source: string;
  readonly primaryId: string;
  readonly ids: readonly string[];
  seal(key: Secret, context: KeyContext): Promise<SealedKey>;
  open(sealed: string, context: KeyContext): Promise<Secret>;
  /** Whether `fingerprint`, made with master key `kekId`, is this key's. False where that master key is retired. */
  isSameKey(key: Secret, kekId: string, fingerprint: string): boolean;
  /** A known text under master key `id`, kept in the database to prove at start that the key is still right. */
  sealCanary(id: string): Promise<string>;
  opensCanary(id: string, sealed: string): Promise<boolean>;
}

const ALGORITHM = "dir";
const ENCRYPTION = "A256GCM";
const TYPE = "ai-config-secret+jwe";
const HEADER_NAMES = "alg,ctx,enc,kid,typ";
const CANARY = "ai-config canary";

/**
 * Seals keys with the first master key of the ring and opens them with any. The content key is derived from
 * master key, owner, provider and slot, so a ciphertext moved to another row fails its tag there.
 */
export function createKeyVault(keyRing: string, source = KEY_RING_VARIABLE): KeyVault {
  const ring = parseKeyRing(keyRing, source);

  return {
    source,
    primaryId: ring.primary.id,
    ids: [...ring.keys.keys()],
    async seal(key, context) {
      return {
        sealed: await encrypt(ring.primary, key.reveal(), placeOf(context)),
        kekId: ring.primary.id,
        fingerprint: fingerprintOf(ring.primary, key),
      };
    },
    async open(sealed, context) {
      return new Secret(await decrypt(ring.keys, sealed, placeOf(context)));
    },
    isSameKey(key, kekId, fingerprint) {
      const ringKey = ring.keys.get(kekId);
      if (ringKey === undefined) return false;
      const expected = Buffer.from(fingerprintOf(ringKey, key));
      const given = Buffer.from(fingerprint);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
    async sealCanary(id) {
      const ringKey = ring.keys.get(id);
      if (ringKey === undefined) throw unreadable("an unknown master key");
      return encrypt(ringKey, CANARY, canaryPlace(id));
    },
    async opensCanary(id, sealed) {
      return decrypt(ring.keys, sealed, canaryPlace(id)).then(
        (text) => text === CANARY,
        () => false,
      );
    },
  };
}

/** What binds a ciphertext: it goes into the derivation whole, and readably into the header. */
interface Place {
  readonly parts: readonly string[];
  readonly label: string;
}

function placeOf({ owner, provider, slot }: KeyContext): Place {
  const parts = [ownerKey(owner), provider, slot];
  return { parts, label: parts.join("/") };
}

function canaryPlace(id: string): Place {
  return { parts: ["canary", id], label: `canary/${id}` };
}

async function encrypt(key: RingKey, text: string, place: Place): Promise<string> {
  return new CompactEncrypt(Buffer.from(text, "utf8"))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, typ: TYPE, kid: key.id, ctx: place.label })
    .encrypt(contentKey(key, place));
}

async function decrypt(keys: ReadonlyMap<string, RingKey>, sealed: string, place: Place): Promise<string> {
  // Base64url has spare bits in its last character: without this check one of many flips would still open.
  if (!sealed.split(".").every(isCanonical)) throw unreadable("altered");
  let headerNames: string;
  let plaintext: Uint8Array;
  try {
    const opened = await compactDecrypt(
      sealed,
      (header) => {
        const key = keys.get(String(header.kid));
        if (key === undefined) throw unreadable("sealed with a master key that is not in the ring");
        // From the place it is expected in, not from the one its header claims.
        return contentKey(key, place);
      },
      { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] },
    );
    const { ctx, typ } = opened.protectedHeader;
    headerNames =
      ctx === place.label && typ === TYPE ? Object.keys(opened.protectedHeader).sort().join() : "";
    plaintext = opened.plaintext;
  } catch (error) {
    throw error instanceof AIConfigError ? error : unreadable("altered, or meant for another place");
  }
  if (headerNames !== HEADER_NAMES) throw unreadable("meant for another place");
  return Buffer.from(plaintext).toString("utf8");
}

function contentKey(key: RingKey, place: Place): Uint8Array {
  return derive(key, "ai-config/secret/v1", JSON.stringify(place.parts));
}

function fingerprintOf(key: RingKey, secret: Secret): string {
  return createHmac("sha256", derive(key, "ai-config/fingerprint/v1", "anthropic"))
    .update(secret.reveal())
    .digest("base64url")
    .slice(0, 32);
}

function derive(key: RingKey, salt: string, info: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key.bytes, salt, info, 32));
}

function isCanonical(part: string): boolean {
  return Buffer.from(part, "base64url").toString("base64url") === part;
}

function unreadable(why: string): AIConfigError {
  return new AIConfigError("KEY_UNREADABLE", {
    message: `The stored key cannot be opened: it is ${why}. Restore the master key, or store the key again.`,
  });
}
