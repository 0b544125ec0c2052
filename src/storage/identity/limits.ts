/**
 * Limits that differ from those of everybody.
 *
 * @module
 */
import { and, eq, sql } from "drizzle-orm";
import type { RateLimit } from "../../auth/records.ts";
import type { Orm } from "../orm.ts";
import { rateLimits } from "../schema.ts";

/** Whose limit it is. */
export interface Limited {
  readonly kind: "key" | "peer";
  readonly id: string;
}

/** Sets or lifts a limit of somebody's own. */
export async function putLimit(
  tx: Orm,
  { kind, id }: Limited,
  limit: RateLimit | null,
): Promise<void> {
  if (limit === null) {
    await tx.delete(rateLimits).where(and(eq(rateLimits.kind, kind), eq(rateLimits.id, id)));
    return;
  }
  const { perSecond, burst } = limit;
  await tx.insert(rateLimits).values({ kind, id, perSecond, burst }).onConflictDoUpdate({
    target: [rateLimits.kind, rateLimits.id],
    set: { perSecond, burst, updatedAt: sql`now()` },
  });
}

/** A row of a left join, as a limit. */
export function limitOf(row: RateLimit | null): RateLimit | null {
  return row === null ? null : { perSecond: row.perSecond, burst: row.burst };
}
