/**
 * Who owns which resource, in Postgres.
 *
 * @module
 */
import { and, eq, sql } from "drizzle-orm";
import type pg from "pg";
import { conflict } from "../../auth/errors.ts";
import type { OwnershipRows } from "../../auth/ownership.ts";
import type { OwnedResource } from "../../auth/records.ts";
import { createOrm, inTransaction, type Orm } from "../orm.ts";
import { ownership } from "../schema.ts";
import { answerOf } from "../unavailable.ts";

/** Postgres tells of changes of ownership on this channel. */
export const OWNERSHIP_CHANNEL = "hub_ownership";

const PAGE = 10_000;

/** What the rows are kept with. */
export interface OwnershipRowsOptions {
  readonly pool: pg.Pool;
  /** The node that writes. */
  readonly node: string;
}

/** Keeps ownership in Postgres. */
export function createOwnershipRows({ pool, node }: OwnershipRowsOptions): OwnershipRows {
  const orm = createOrm(pool);
  return {
    all: () => pages(orm),
    find: (resource) => answerOf(() => find(orm, resource)),
    insert: (resource, owner) =>
      inTransaction(pool, async (tx) => {
        const { rowCount } = await tx.insert(ownership).values({ ...resource, owner, node })
          .onConflictDoNothing();
        if (rowCount === 0 && await find(tx, resource) !== owner) {
          throw conflict(`The ${resource.type} ${resource.id} belongs to somebody else`);
        }
        await notify(tx, resource);
      }),
    remove: (resource) =>
      inTransaction(pool, async (tx) => {
        await tx.delete(ownership).where(isIt(resource));
        await notify(tx, resource);
      }),
  };
}

async function* pages(orm: Orm) {
  const columns = { type: ownership.type, id: ownership.id, owner: ownership.owner };
  let after: OwnedResource | undefined;
  for (;;) {
    const page = await answerOf(() =>
      orm.select(columns).from(ownership).where(after && isAfter(after))
        .orderBy(ownership.type, ownership.id).limit(PAGE)
    );
    yield page;
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

async function find(orm: Orm, resource: OwnedResource): Promise<string | undefined> {
  const [row] = await orm.select({ owner: ownership.owner }).from(ownership).where(isIt(resource));
  return row?.owner;
}

function isIt({ type, id }: OwnedResource) {
  return and(eq(ownership.type, type), eq(ownership.id, id));
}

function isAfter({ type, id }: OwnedResource) {
  return sql`(${ownership.type}, ${ownership.id}) > (${type}, ${id})`;
}

async function notify(tx: Orm, { type, id }: OwnedResource): Promise<void> {
  await tx.execute(sql`select pg_notify(${OWNERSHIP_CHANNEL}, ${JSON.stringify({ type, id })})`);
}
