/**
 * Credentials in Postgres: ciphertext only.
 *
 * @module
 */
import { and, count, eq, ne, sql } from "drizzle-orm";
import type pg from "pg";
import type {
  Author,
  CredentialKey,
  CredentialRows,
  PageOfCredentials,
  StoredCredential,
} from "../secrets/ports.ts";
import { insertNote } from "./identity/recorder.ts";
import { notifySecrets } from "./key_ring.ts";
import { createOrm, inTransaction, type Orm } from "./orm.ts";
import { credentials, keyRing } from "./schema.ts";
import { answerOf } from "./unavailable.ts";

/** What the rows are kept with. */
export interface CredentialRowsOptions {
  readonly pool: pg.Pool;
  /** The node that writes, for the audit trail. */
  readonly node: string;
}

const COLUMNS = {
  provider: credentials.provider,
  account: credentials.account,
  kind: credentials.kind,
  expiresAt: credentials.expiresAt,
  keyVersion: credentials.keyVersion,
  salt: credentials.salt,
  iv: credentials.iv,
  data: credentials.data,
};

/** Keeps credentials in Postgres. */
export function createCredentialRows({ pool, node }: CredentialRowsOptions): CredentialRows {
  const orm = createOrm(pool);
  return {
    all: () => answerOf(() => orm.select(COLUMNS).from(credentials).orderBy(...KEY).then(own)),
    put: (credential, by) => put(pool, credential, { by, node }),
    delete: (key, by) => remove(pool, key, { by, node }),
    list: (page) => answerOf(() => listNames(orm, page)),
    notAt: (version, { limit, after }) =>
      answerOf(() =>
        orm.select(COLUMNS).from(credentials)
          .where(and(ne(credentials.keyVersion, version), behind(after)))
          .orderBy(...KEY).limit(limit).then(own)
      ),
    replaceIfSame: (before, after) =>
      inTransaction(pool, async (tx) => {
        const { keyVersion, salt, iv, data } = after;
        if (!await mayUse(tx, keyVersion)) return false;
        const { rowCount } = await tx.update(credentials).set({ keyVersion, salt, iv, data })
          .where(and(
            isKey(before),
            eq(credentials.keyVersion, before.keyVersion),
            eq(credentials.iv, before.iv),
          ));
        // What it means stays the same: nobody has to read it again.
        return rowCount === 1;
      }),
    countByVersion: () =>
      answerOf(async () => {
        const version = credentials.keyVersion;
        const rows = await orm.select({ version, of: count() }).from(credentials).groupBy(version);
        return new Map(rows.map((row) => [row.version, row.of]));
      }),
  };
}

const KEY = [credentials.provider, credentials.account] as const;

function isKey({ provider, account }: CredentialKey) {
  return and(eq(credentials.provider, provider), eq(credentials.account, account));
}

function behind(after: CredentialKey | undefined) {
  if (after === undefined) return undefined;
  const { provider, account } = after;
  return sql`(${credentials.provider}, ${credentials.account}) > (${provider}, ${account})`;
}

/** The driver's bytes may lie in a shared buffer: ours lie alone. */
function own<T extends Record<"salt" | "iv" | "data", Uint8Array>>(rows: readonly T[]) {
  return rows.map((row) => ({
    ...row,
    salt: new Uint8Array(row.salt),
    iv: new Uint8Array(row.iv),
    data: new Uint8Array(row.data),
  }));
}

/** Held until the commit: no key is retired between this look and the row that needs it. */
async function mayUse(tx: Orm, keyVersion: number): Promise<boolean> {
  const [key] = await tx.select({ state: keyRing.state }).from(keyRing)
    .where(eq(keyRing.version, keyVersion)).for("share");
  return key !== undefined && key.state !== "retired";
}

interface Writing {
  readonly by: Author;
  readonly node: string;
}

async function put(
  pool: pg.Pool,
  credential: StoredCredential,
  { by: actor, node }: Writing,
): Promise<boolean> {
  const { provider, account, kind, expiresAt, keyVersion, salt, iv, data } = credential;
  return await inTransaction(pool, async (tx) => {
    if (!await mayUse(tx, keyVersion)) return false;
    const values = { kind, expiresAt, keyVersion, salt, iv, data };
    await tx.insert(credentials).values({ provider, account, ...values }).onConflictDoUpdate({
      target: [credentials.provider, credentials.account],
      set: { ...values, updatedAt: sql`now()` },
    });
    await note(tx, { action: "credential.set", key: credential, details: { kind } }, {
      actor,
      node,
    });
    return true;
  });
}

async function remove(
  pool: pg.Pool,
  key: CredentialKey,
  { by: actor, node }: Writing,
): Promise<boolean> {
  return await inTransaction(pool, async (tx) => {
    const { rowCount } = await tx.delete(credentials).where(isKey(key));
    if (rowCount === 0) return false;
    await note(tx, { action: "credential.deleted", key, details: {} }, { actor, node });
    return true;
  });
}

interface Note {
  readonly action: string;
  readonly key: CredentialKey;
  readonly details: Record<string, unknown>;
}

async function note(
  tx: Orm,
  { action, key: { provider, account }, details }: Note,
  who: { readonly actor: Author; readonly node: string },
): Promise<void> {
  const subject = { kind: "credential", id: provider };
  await insertNote(tx, { action, subject, details: { ...details, account } }, who);
  await notifySecrets(tx, { kind: "credential", provider, account });
}

async function listNames(orm: Orm, { limit, after }: PageOfCredentials) {
  return await orm.select({
    provider: credentials.provider,
    account: credentials.account,
    kind: credentials.kind,
    keyVersion: credentials.keyVersion,
    expiresAt: credentials.expiresAt,
    updatedAt: credentials.updatedAt,
  }).from(credentials).where(behind(after)).orderBy(...KEY).limit(limit);
}
