/**
 * Writes a change together with its audit row and its notification.
 *
 * @module
 */
import { sql } from "drizzle-orm";
import type pg from "pg";
import type { Actor, IdentityChange } from "../../auth/records.ts";
import { inTransaction, type Orm } from "../orm.ts";
import { auditLog } from "../schema.ts";

/** Postgres tells of changes of identities on this channel. */
export const IDENTITY_CHANNEL = "hub_identities";

/** What is noted of a change. */
export interface AuditNote {
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly details?: Record<string, unknown>;
}

/** What a change came to. */
export interface Change<T> extends AuditNote {
  readonly result: T;
  /** What others know is old; absent when nobody can know anything of it yet. */
  readonly change?: IdentityChange;
}

/** What looking came to, when there was nothing to change. */
export interface NoChange<T> {
  readonly result: T;
  readonly action?: undefined;
  readonly change?: undefined;
}

/** What a transaction came to. */
export type Outcome<T> = Change<T> | NoChange<T>;

/** Writes changes. */
export interface Recorder {
  write<T>(actor: Actor, work: (tx: Orm) => Promise<Outcome<T>>): Promise<T>;
}

/** What a recorder needs. */
export interface RecorderOptions {
  readonly pool: pg.Pool;
  /** The node that writes. */
  readonly node: string;
  /** Told of each change once it stands. */
  readonly onCommitted: (change: IdentityChange) => void;
}

/** Makes a recorder. */
export function createRecorder({ pool, node, onCommitted }: RecorderOptions): Recorder {
  return {
    async write(actor, work) {
      const { result, change } = await inTransaction(pool, async (tx) => {
        const outcome = await work(tx);
        if (outcome.action !== undefined) await insertNote(tx, outcome, { actor, node });
        if (outcome.change !== undefined) await notify(tx, outcome.change);
        return outcome;
      });
      if (change !== undefined) onCommitted(change);
      return result;
    },
  };
}

/** Adds a row to the audit trail. */
export async function insertNote(
  orm: Orm,
  { action, subject, details = {} }: AuditNote,
  { actor, node }: { readonly actor: Actor; readonly node: string },
): Promise<void> {
  await orm.insert(auditLog).values({
    actorKind: actor.kind,
    actorId: actor.id,
    claimedFor: actor.claimedFor ?? null,
    requestId: actor.requestId ?? null,
    action,
    subjectKind: subject.kind,
    subjectId: subject.id,
    details,
    node,
  });
}

async function notify(tx: Orm, change: IdentityChange): Promise<void> {
  await tx.execute(sql`select pg_notify(${IDENTITY_CHANNEL}, ${JSON.stringify(change)})`);
}
