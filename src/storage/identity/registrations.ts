/**
 * One-time registration tokens, in Postgres.
 *
 * @module
 */
import { and, desc, eq, sql } from "drizzle-orm";
import { Type } from "@sinclair/typebox";
import { conflict, notFound } from "../../auth/errors.ts";
import type { RegistrationToken } from "../../auth/records.ts";
import type { ChangeOptions, NewRegistrationToken, Registrations } from "../../auth/stores.ts";
import { AnyMoment, decodeCursor, type Page, pageOf, type PageRequest } from "../cursor.ts";
import type { Orm } from "../orm.ts";
import { peers, registrationTokens } from "../schema.ts";
import { answerOf } from "../unavailable.ts";
import { enrol } from "./enrol.ts";
import type { Recorder } from "./recorder.ts";
import { expand } from "./rights.ts";

/** Keeps registration tokens in Postgres. */
export function createRegistrations(orm: Orm, recorder: Recorder): Registrations {
  return {
    insert: (token, options) => insertToken(recorder, token, options),
    list: (request) => answerOf(() => listTokens(orm, request)),
    revoke: (prefix, { actor }) =>
      recorder.write(actor, async (tx) => {
        const [row] = await tx.update(registrationTokens)
          .set({ revokedAt: sql`coalesce(${registrationTokens.revokedAt}, now())` })
          .where(eq(registrationTokens.prefix, prefix)).returning();
        if (row === undefined) throw notFound("registration", prefix);
        return { result: tokenOf(row), ...noteOf(row, "registration.revoked") };
      }),
    enrol: (enrolment) => enrol(recorder, enrolment),
  };
}

async function insertToken(
  recorder: Recorder,
  { ownScopes, roles, ...token }: NewRegistrationToken,
  { actor, permit }: ChangeOptions,
): Promise<RegistrationToken> {
  return await recorder.write(actor, async (tx) => {
    const rights = await expand(tx, { ownScopes, roles });
    permit(rights.scopes, token.resources);
    const [peer] = await tx.select().from(peers).where(eq(peers.peerId, token.peerId));
    if (peer !== undefined && (!token.replace || peer.deletedAt !== null)) {
      throw conflict(`The peer id ${token.peerId} is or was taken`);
    }
    // Whoever enrols with it can do what that peer can.
    if (peer !== undefined) permit(peer.scopes, peer.resources);
    const [row] = await tx.insert(registrationTokens)
      .values({
        ...token,
        ownScopes: rights.ownScopes,
        roles: rights.roles,
        createdBy: actor.id,
      }).returning();
    if (row === undefined) throw conflict("The token could not be stored");
    const details = { peerId: row.peerId, scopes: rights.scopes, expiresAt: row.expiresAt };
    return { result: tokenOf(row), ...noteOf(row, "registration.created", details) };
  });
}

const ByAge = Type.Tuple([AnyMoment, Type.String()]);

async function listTokens(orm: Orm, request: PageRequest): Promise<Page<RegistrationToken>> {
  const { createdAt, prefix } = registrationTokens;
  const after = request.after === undefined ? undefined : decodeCursor(ByAge, request.after);
  const older = after &&
    sql`(${createdAt}, ${prefix}) < (${new Date(after[0]).toISOString()}::timestamptz, ${
      after[1]
    })`;
  const rows = await orm.select().from(registrationTokens).where(and(older))
    .orderBy(desc(createdAt), desc(prefix)).limit(request.limit + 1);
  return pageOf(rows.map(tokenOf), request, (token) => [token.createdAt.getTime(), token.prefix]);
}

function tokenOf(row: typeof registrationTokens.$inferSelect): RegistrationToken {
  const { hash: _, nonces: __, consumedBy: ___, sessionPrefix: ____, ...shown } = row;
  return shown;
}

function noteOf(
  { prefix }: { readonly prefix: string },
  action: string,
  details: Record<string, unknown> = {},
) {
  return { action, subject: { kind: "registration", id: prefix }, details };
}
