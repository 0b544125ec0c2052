/**
 * Encrypts everything anew, while everything goes on.
 *
 * Where a rotation stands is in the envelopes themselves: one that was killed goes on where it
 * stopped, and every state in between is a good one.
 *
 * @module
 */
import {
  addKey,
  CryptoError,
  envelopeBytes,
  envelopeOf,
  type KeyRing,
  type KeyRingData,
  openKeyRing,
  retireKey,
  retiringSince,
  ringVersions,
} from "../crypto/mod.ts";
import { credentialContext } from "./credentials.ts";
import { fittingKey, type MasterKeys } from "./master_keys.ts";
import type { CredentialKey, CredentialRows, KeyRingStore, StoredCredential } from "./ports.ts";

const BATCH = 100;
const DAY_MS = 86_400_000;
/** How long a backup may be restored that needs a key that nothing else needs. */
export const RETENTION_MS: number = 30 * DAY_MS;

/** How far a rotation is. */
export interface RotationProgress {
  readonly done: number;
  readonly left: number;
  /** Places of what does not open; it is left alone. */
  readonly failed: readonly string[];
}

/** What a rotation came to. */
export interface Rotation extends RotationProgress {
  /** Version that everything is encrypted with now. */
  readonly current: number;
  /** Whether an earlier rotation was finished, and no key made. */
  readonly resumed: boolean;
  /** Versions whose key was erased. */
  readonly retired: readonly number[];
}

/** What a rotation works on. */
export interface RotateOptions {
  readonly rows: CredentialRows;
  readonly store: KeyRingStore;
  readonly masterKeys: MasterKeys;
  /** Only finish what was begun: make no key. */
  readonly resumeOnly?: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** How long an unused key is kept. Default 30 days. */
  readonly retentionMs?: number;
  readonly batch?: number;
  readonly onProgress?: (progress: RotationProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Rotates the keys of the database: a new key, every envelope under it, old keys erased in time.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY`, `UNKNOWN_KEY` when there is no ring yet.
 */
export async function rotateSecrets(options: RotateOptions): Promise<Rotation> {
  const resumed = options.resumeOnly === true || await isUnfinished(options);
  if (!resumed) await addKeyTo(options);
  const ring = await ringOf(options.store);
  const keys = await openKeyRing(ring, { masterKeys: options.masterKeys });
  const progress = await encryptAnew(keys, options);
  return { ...progress, current: keys.current, resumed, retired: await retireUnused(options) };
}

async function ringOf(store: KeyRingStore): Promise<KeyRingData> {
  const ring = await store.load();
  if (ring === undefined) {
    throw new CryptoError("UNKNOWN_KEY", "Cannot rotate: there is no key yet");
  }
  return ring;
}

async function isUnfinished({ store, rows }: RotateOptions): Promise<boolean> {
  const { current, keys } = await ringOf(store);
  const counts = await rows.countByVersion();
  // What has lost its key is no reason to go on for ever with what was begun.
  return [...counts.keys()].some((it) => it !== current && keys[it]?.state === "retiring");
}

/** Somebody else may be changing the ring as well: then on top of that. */
async function addKeyTo({ store, masterKeys, now }: RotateOptions): Promise<void> {
  for (;;) {
    const before = await ringOf(store);
    const masterKey = await fittingKey(before, masterKeys);
    const after = await addKey(before, { masterKey, now: new Date(now()).toISOString() });
    if (await store.replace({ before, after })) return;
  }
}

async function encryptAnew(ring: KeyRing, options: RotateOptions): Promise<RotationProgress> {
  const { rows, store, onProgress, signal } = options;
  const failed = new Set<string>();
  let done = 0;
  const progress = async () => {
    const left = Math.max(0, await leftOver(ring, rows) - failed.size);
    return { done, left, failed: [...failed] };
  };
  // Who was overtaken by a write is met in the next pass, unless another rotation has begun.
  for (let again = true; again && (await ringOf(store)).current === ring.current;) {
    again = false;
    for await (const page of pagesNotAt(ring.current, options)) {
      signal?.throwIfAborted();
      for (const row of page) {
        const outcome = await encryptRow(row, { ring, rows });
        if (outcome === "failed") failed.add(credentialContext(row));
        else again = true;
        if (outcome === "done") done++;
      }
      onProgress?.(await progress());
    }
  }
  return await progress();
}

async function* pagesNotAt(version: number, { rows, batch: limit = BATCH }: RotateOptions) {
  let after: CredentialKey | undefined;
  for (;;) {
    const page = await rows.notAt(version, { limit, after });
    if (page.length > 0) yield page;
    after = page.at(-1);
    if (page.length < limit) return;
  }
}

async function leftOver({ current }: KeyRing, rows: CredentialRows): Promise<number> {
  const counts = await rows.countByVersion();
  return [...counts].reduce((sum, [version, count]) => version === current ? sum : sum + count, 0);
}

async function encryptRow(
  row: StoredCredential,
  { ring, rows }: { readonly ring: KeyRing; readonly rows: CredentialRows },
): Promise<"done" | "overtaken" | "failed"> {
  const context = credentialContext(row);
  // Another rotation has begun, and this one ends.
  if (row.keyVersion > ring.current) return "overtaken";
  try {
    const plaintext = await ring.decrypt(envelopeOf(row), context);
    const envelope = envelopeBytes(await ring.encrypt(plaintext, context));
    return await rows.replaceIfSame(row, envelope) ? "done" : "overtaken";
  } catch (error) {
    // It is named in the result; a database that is away is another matter.
    if (error instanceof CryptoError) return "failed";
    throw error;
  }
}

async function retireUnused(options: RotateOptions): Promise<number[]> {
  const { store, rows, now, retentionMs = RETENTION_MS } = options;
  const retired: number[] = [];
  for (const version of ringVersions(await ringOf(store))) {
    const before = await ringOf(store);
    const since = retiringSince(before, version);
    if (before.keys[version]?.state !== "retiring" || since === undefined) continue;
    if (now() - Date.parse(since) < retentionMs) continue;
    if (((await rows.countByVersion()).get(version) ?? 0) > 0) continue;
    // Refused when something was written with it just now: the next rotation looks again.
    if (await store.replace({ before, after: retireKey(before, version) })) retired.push(version);
  }
  return retired;
}
