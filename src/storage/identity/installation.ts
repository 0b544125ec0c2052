/**
 * What a first start finds or makes, in Postgres.
 *
 * @module
 */
import { eq, isNull, sql } from "drizzle-orm";
import type { Installation, NewApiKey } from "../../auth/stores.ts";
import type { Orm } from "../orm.ts";
import { installation, roles } from "../schema.ts";
import { insertKey } from "./api_keys.ts";
import type { Recorder } from "./recorder.ts";
import { expandHolders } from "./rights.ts";

type Options = Parameters<Installation["open"]>[0];

const HUB = { kind: "hub", id: "hub" } as const;

/** Keeps it in Postgres. */
export function createInstallation(recorder: Recorder): Installation {
  return {
    open: (options) =>
      recorder.write(HUB, async (tx) => {
        const claimed = await claim(tx, options);
        const isNewer = await refreshRoles(tx, options);
        return {
          ...{ result: undefined, action: `hub.${claimed}`, subject: HUB },
          ...(isNewer ? { change: { kind: "all", id: "" } as const } : {}),
        };
      }),
    insertFirstKey: (key) => insertFirstKey(recorder, key),
  };
}

async function insertFirstKey(recorder: Recorder, key: NewApiKey): Promise<boolean> {
  return await recorder.write(HUB, async (tx) => {
    const { rowCount } = await tx.update(installation).set({ firstKeyMadeAt: sql`now()` })
      .where(isNull(installation.firstKeyMadeAt));
    if (rowCount !== 1) return { result: false };
    await insertKey(tx, key, { createdBy: HUB.id, permit: () => undefined });
    const subject = { kind: "key", id: key.prefix };
    return { result: true, action: "key.created", subject, details: { first: true } };
  });
}

/** Nodes that start together meet at this row: one makes it, the others wait and find it. */
async function claim(
  tx: Orm,
  { hashKeyCheck, previousCheck, nextCheck }: Options,
): Promise<"installed" | "started" | "hash-key-changed"> {
  const { rowCount } = await tx.insert(installation)
    .values({ hashKeyCheck, rolesRevision: 0 }).onConflictDoNothing();
  const [row] = await tx.select().from(installation).for("update");
  if (row?.hashKeyCheck === hashKeyCheck) return rowCount === 1 ? "installed" : "started";
  if (row !== undefined && row.hashKeyCheck === nextCheck) return "started";
  if (row !== undefined && row.hashKeyCheck === previousCheck) {
    await tx.update(installation).set({ hashKeyCheck }).where(eq(installation.id, row.id));
    return "hash-key-changed";
  }
  throw new Error(
    "Cannot use this database: its keys were hashed with another hash key. Give every node of " +
      "this hub the same one, as auth.hashKey (HUB_AUTH_HASH_KEY) or as the file " +
      "secrets/token-hash-key of the data directory.",
  );
}

/** Brings the built-in roles up to date, unless a newer hub has done so already. */
async function refreshRoles(
  tx: Orm,
  { rolesRevision, builtInRoles }: Options,
): Promise<boolean> {
  const [row] = await tx.select().from(installation);
  if (row === undefined || row.rolesRevision >= rolesRevision) return false;
  for (const { name, description, scopes } of builtInRoles) {
    const values = { description, scopes, builtIn: true };
    await tx.insert(roles).values({ name, ...values }).onConflictDoUpdate({
      target: roles.name,
      set: { ...values, updatedAt: sql`now()` },
    });
    await expandHolders(tx, name);
  }
  await tx.update(installation).set({ rolesRevision }).where(eq(installation.id, row.id));
  return true;
}
