/**
 * The key ring in Postgres: data keys, each wrapped by the master key.
 *
 * @module
 */
import { count, inArray, sql } from "drizzle-orm";
import type pg from "pg";
import { type KeyRingData, type KeyRingEntry, parseKeyRing } from "../crypto/mod.ts";
import type { KeyRingStore, ReplaceRing } from "../secrets/ports.ts";
import { createOrm, inTransaction, type Orm } from "./orm.ts";
import { credentials, keyRing } from "./schema.ts";
import { answerOf } from "./unavailable.ts";

/** Postgres tells of changed credentials and of a changed ring on this channel. */
export const SECRETS_CHANNEL = "hub_secrets";

/** What changed. */
export type SecretsChange =
  | { readonly kind: "ring" }
  | { readonly kind: "credential"; readonly provider: string; readonly account: string };

type Row = typeof keyRing.$inferSelect;

/** Tells whoever listens, once the transaction stands. */
export async function notifySecrets(tx: Orm, change: SecretsChange): Promise<void> {
  await tx.execute(sql`select pg_notify(${SECRETS_CHANNEL}, ${JSON.stringify(change)})`);
}

/** Keeps the ring in Postgres. */
export function createKeyRingStore(pool: pg.Pool): KeyRingStore {
  const orm = createOrm(pool);
  return {
    load: () => answerOf(() => loadRing(orm)),
    replace: (change) => inTransaction(pool, (tx) => replaceRing(tx, change)),
  };
}

async function loadRing(orm: Orm): Promise<KeyRingData | undefined> {
  const rows = await orm.select().from(keyRing).orderBy(keyRing.version);
  if (rows.length === 0) return undefined;
  const keys = Object.fromEntries(rows.map((row) => [row.version, entryOf(row)]));
  return parseKeyRing({ current: rows.find(({ current }) => current)?.version, keys });
}

async function replaceRing(tx: Orm, { before, after }: ReplaceRing): Promise<boolean> {
  // Readers go on; writers of credentials, which look whether their key is retired, wait.
  await tx.execute(sql`lock table ${keyRing} in exclusive mode`);
  const stored = await loadRing(tx);
  if (!isSame(stored, before) || await isUsed(tx, newlyRetired(before, after))) return false;
  const retired = newlyRetired(stored, after);
  const since = await tx.select({ version: keyRing.version, at: keyRing.retiredAt }).from(keyRing);
  const retiredAt = new Map(since.map(({ version, at }) => [version, at]));
  for (const version of retired) retiredAt.set(version, new Date());
  await tx.delete(keyRing);
  const rows = Object.entries(after.keys).map(([version, entry]) => ({
    ...columnsOf(entry),
    version: Number(version),
    current: Number(version) === after.current,
    retiredAt: retiredAt.get(Number(version)) ?? null,
  }));
  await tx.insert(keyRing).values(rows);
  await notifySecrets(tx, { kind: "ring" });
  return true;
}

function isSame(stored: KeyRingData | undefined, before: KeyRingData | undefined): boolean {
  const text = (ring: KeyRingData | undefined) =>
    JSON.stringify(
      ring === undefined ? null : [
        ring.current,
        Object.entries(ring.keys).map(([version, entry]) => [version, columnsOf(entry)]),
      ],
    );
  return text(stored) === text(before);
}

function newlyRetired(before: KeyRingData | undefined, after: KeyRingData): number[] {
  return Object.entries(after.keys)
    .filter(([version, { state }]) =>
      state === "retired" && before?.keys[version]?.state !== "retired"
    )
    .map(([version]) => Number(version));
}

async function isUsed(tx: Orm, versions: readonly number[]): Promise<boolean> {
  if (versions.length === 0) return false;
  const [row] = await tx.select({ of: count() }).from(credentials)
    .where(inArray(credentials.keyVersion, [...versions]));
  return row !== undefined && row.of > 0;
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/** As JSON has it; what does not belong together is found by the parser. */
function entryOf(row: Row): unknown {
  const { kdf, iterations, salt, info, vaultVersion, wrappedSalt, wrappedIv, wrappedData } = row;
  const isWhole = wrappedSalt !== null && wrappedIv !== null && wrappedData !== null;
  const wrapped = !isWhole ? {} : {
    wrapped: {
      keyVersion: row.version,
      salt: base64(wrappedSalt),
      iv: base64(wrappedIv),
      data: base64(wrappedData),
    },
  };
  return {
    kdf,
    ...(iterations === null ? {} : { iterations }),
    ...(salt === null ? {} : { salt: base64(salt) }),
    ...(info === null ? {} : { info }),
    ...(vaultVersion === null ? {} : { version: vaultVersion }),
    ...wrapped,
    state: row.state,
    createdAt: row.createdAt.toISOString(),
  };
}

function columnsOf(entry: KeyRingEntry) {
  const { kdf, state } = entry;
  const wrapped = entry.kdf === "vault" ? undefined : entry.wrapped;
  const bytes = (text: string | undefined) =>
    text === undefined ? null : Uint8Array.fromBase64(text);
  return {
    kdf,
    iterations: entry.kdf === "pbkdf2-sha256" ? entry.iterations : null,
    salt: entry.kdf === "vault" ? null : bytes(entry.salt),
    info: entry.kdf === "hkdf-sha256" ? entry.info : null,
    vaultVersion: entry.kdf === "vault" ? entry.version : null,
    wrappedSalt: bytes(wrapped?.salt),
    wrappedIv: bytes(wrapped?.iv),
    wrappedData: bytes(wrapped?.data),
    state,
    createdAt: new Date(entry.createdAt),
  };
}
