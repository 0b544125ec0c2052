/**
 * Names for several scopes, in Postgres.
 *
 * @module
 */
import { eq, sql } from "drizzle-orm";
import { conflict, notFound } from "../../auth/errors.ts";
import type { Role } from "../../auth/records.ts";
import type { ChangeOptions, Roles } from "../../auth/stores.ts";
import type { Orm } from "../orm.ts";
import { roles } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import type { Recorder } from "./recorder.ts";
import { expandHolders, takeRole } from "./rights.ts";

/** Keeps roles in Postgres. */
export function createRoles(orm: Orm, recorder: Recorder): Roles {
  return {
    list: () => answerOf(() => orm.select().from(roles).orderBy(roles.name)),
    insert: (role, { actor, permit }) =>
      recorder.write(actor, async (tx) => {
        permit(role.scopes);
        const [result] = await tx.insert(roles).values({ ...role, scopes: unique(role.scopes) })
          .onConflictDoNothing().returning();
        if (result === undefined) throw conflict(`There is a role ${role.name} already`);
        return { result, ...noteOf(role.name, "role.created", { scopes: result.scopes }) };
      }),
    update: (name, { description, scopes }, { actor, permit }) =>
      recorder.write(actor, async (tx) => {
        const before = await lockRole(tx, name);
        permit([...before.scopes, ...scopes ?? []]);
        const [result = before] = await tx.update(roles).set({
          ...(description === undefined ? {} : { description }),
          ...(scopes === undefined ? {} : { scopes: unique(scopes) }),
          updatedAt: sql`now()`,
        }).where(eq(roles.name, name)).returning();
        await expandHolders(tx, name);
        const details = { description, scopes };
        return { result, ...noteOf(name, "role.updated", details), change: EVERYBODY };
      }),
    remove: (name, options) => removeRole(recorder, name, options),
  };
}

const EVERYBODY = { kind: "all", id: "" } as const;

async function removeRole(
  recorder: Recorder,
  name: string,
  { actor, permit }: ChangeOptions,
): Promise<void> {
  await recorder.write(actor, async (tx) => {
    const role = await lockRole(tx, name);
    permit(role.scopes);
    await takeRole(tx, name);
    await tx.delete(roles).where(eq(roles.name, name));
    return { result: undefined, ...noteOf(name, "role.removed"), change: EVERYBODY };
  });
}

async function lockRole(tx: Orm, name: string): Promise<Role> {
  const [role] = await tx.select().from(roles).where(eq(roles.name, name)).for("update");
  if (role === undefined) throw notFound("role", name);
  if (role.builtIn) throw conflict(`The role ${name} comes with the hub and cannot be changed`);
  return role;
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)].toSorted();
}

function noteOf(name: string, action: string, details: Record<string, unknown> = {}) {
  return { action, subject: { kind: "role", id: name }, details };
}
