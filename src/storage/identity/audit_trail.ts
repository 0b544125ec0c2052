/**
 * The audit trail, in Postgres.
 *
 * @module
 */
import { and, desc, eq, gte, inArray, lt } from "drizzle-orm";
import { Type } from "@sinclair/typebox";
import type { AuditRow } from "../../auth/records.ts";
import type { AuditFilter, AuditTrail } from "../../auth/stores.ts";
import { decodeCursor, type Page, pageOf, type PageRequest } from "../cursor.ts";
import type { Orm } from "../orm.ts";
import { auditLog } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import { insertNote } from "./recorder.ts";

/** Keeps the trail in Postgres. */
export function createAuditTrail(orm: Orm, { node }: { readonly node: string }): AuditTrail {
  return {
    list: (request) => answerOf(() => listRows(orm, request)),
    record: ({ actor, ...note }) => answerOf(() => insertNote(orm, note, { actor, node })),
    removeOldest: (which) => answerOf(() => removeOldest(orm, which)),
  };
}

/** Rows that another node removes at this moment are left to it. */
async function removeOldest(
  orm: Orm,
  { before, limit }: Parameters<AuditTrail["removeOldest"]>[0],
): Promise<number> {
  const oldest = orm.select({ id: auditLog.id }).from(auditLog).where(lt(auditLog.at, before))
    .orderBy(auditLog.at).limit(limit).for("update", { skipLocked: true });
  const { rowCount } = await orm.delete(auditLog).where(inArray(auditLog.id, oldest));
  return rowCount ?? 0;
}

const ById = Type.Tuple([Type.Integer({ minimum: 1 })]);

async function listRows(
  orm: Orm,
  { limit, after, actor, subject, action, since, until }: PageRequest & AuditFilter,
): Promise<Page<AuditRow>> {
  const rows = await orm.select().from(auditLog).where(and(
    after === undefined ? undefined : lt(auditLog.id, decodeCursor(ById, after)[0]),
    actor === undefined ? undefined : eq(auditLog.actorId, actor),
    subject === undefined ? undefined : eq(auditLog.subjectId, subject),
    action === undefined ? undefined : eq(auditLog.action, action),
    since === undefined ? undefined : gte(auditLog.at, since),
    until === undefined ? undefined : lt(auditLog.at, until),
  )).orderBy(desc(auditLog.id)).limit(limit + 1);
  return pageOf(rows, { limit }, ({ id }) => [id]);
}
