/**
 * Somebody who showed who they are.
 *
 * @module
 */
import type { Identity } from "@alkdev/operations";
import type { PeerRole, RateLimit, StoredCredential } from "./records.ts";

/** Who a credential stands for, until something about them changes. */
export interface Identified {
  readonly kind: "key" | "peer";
  /** What access is checked against. The id alone does not tell a key from a peer; `kind` does. */
  readonly identity: Identity;
  /** The credential that was shown: prefix of a token, or a fingerprint. */
  readonly credential: string;
  readonly role: PeerRole;
  /** A limit of their own, in place of everybody's. */
  readonly limit: RateLimit | null;
  /** When the credential ends, in Unix milliseconds. */
  readonly notAfterMs: number | null;
}

/** What a stored credential stands for; `null` if it stands for nobody any more. */
export function identifiedBy(stored: StoredCredential, nowMs: number): Identified | null {
  const notAfterMs = stored.notAfter?.getTime() ?? null;
  if (!stored.enabled || (notAfterMs !== null && notAfterMs <= nowMs)) return null;
  const { kind, id, scopes, resources, credential, role, limit } = stored;
  const identity = { id, scopes: [...scopes], resources: structuredClone(resources) };
  freezeAll(identity, identity.scopes, identity.resources, ...Object.values(identity.resources));
  return Object.freeze({ kind, identity, credential, role, limit, notAfterMs });
}

function freezeAll(...objects: readonly object[]): void {
  for (const object of objects) Object.freeze(object);
}
