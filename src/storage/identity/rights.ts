/**
 * What grants come to: own scopes and those of roles, expanded when they are written so that a check
 * need not look anything up.
 *
 * @module
 */
import { type Column, inArray, sql } from "drizzle-orm";
import { notFound } from "../../auth/errors.ts";
import type { Grant, Rights } from "../../auth/records.ts";
import type { Orm } from "../orm.ts";
import { apiKeys, peers, roles } from "../schema.ts";

/**
 * Expands a grant. Its roles cannot change until the transaction has ended.
 *
 * @throws {CallError} `ROLE_NOT_FOUND`.
 */
export async function expand(tx: Orm, grant: Grant): Promise<Rights> {
  const names = [...new Set(grant.roles)].toSorted();
  const found = names.length === 0
    ? []
    : await tx.select().from(roles).where(inArray(roles.name, names)).orderBy(roles.name)
      .for("share");
  const missing = names.find((name) => !found.some((role) => role.name === name));
  if (missing !== undefined) throw notFound("role", missing);
  const ownScopes = [...new Set(grant.ownScopes)].toSorted();
  const scopes = new Set([...ownScopes, ...found.flatMap((role) => role.scopes)]);
  return { ownScopes, roles: names, scopes: [...scopes].toSorted() };
}

/** Expands the grants of everybody who has that role anew. */
export async function expandHolders(tx: Orm, role: string): Promise<void> {
  for (const table of [apiKeys, peers]) {
    await tx.update(table).set({ scopes: expanded(table), updatedAt: sql`now()` })
      .where(holds(table, role));
  }
}

/** Takes a role from everybody who has it. */
export async function takeRole(tx: Orm, role: string): Promise<void> {
  for (const table of [apiKeys, peers]) {
    await tx.update(table).set({
      roles: sql`array_remove(${table.roles}, ${role})`,
      scopes: expanded(table, role),
      updatedAt: sql`now()`,
    }).where(holds(table, role));
  }
}

function holds({ roles: held }: Holder, role: string) {
  return sql`${held} @> array[${role}]::text[]`;
}

interface Holder {
  readonly ownScopes: Column;
  readonly roles: Column;
}

/** The scopes of a row's grant, without those of the role `except`. */
function expanded({ ownScopes, roles: held }: Holder, except = "") {
  return sql<string[]>`(select coalesce(array_agg(scope order by scope), '{}') from (
    select unnest(${ownScopes}) as scope
    union select unnest(${roles.scopes}) from ${roles}
    where ${roles.name} = any(${held}) and ${roles.name} <> ${except}
  ) as granted)`;
}
