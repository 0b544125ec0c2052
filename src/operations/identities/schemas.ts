/**
 * Shapes that operations on identities share. All of what callers send is closed: a property that is
 * not named is refused, so that nobody sets what is not theirs to set.
 *
 * @module
 */
import { type Static, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { invalid, RoleName } from "../../auth/names.ts";
import { Scope } from "../../auth/scopes.ts";
import { AnyMoment } from "../../storage/cursor.ts";

/** An object with these properties and no other. */
export function closed<T extends TProperties>(properties: T) {
  return Type.Object(properties, { additionalProperties: false });
}

/** A value, or that there is none. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** A moment, in UTC. */
export const Moment = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,3})?Z$",
  description: "a moment in UTC, such as 2030-01-31T12:00:00Z",
});

/** Scopes granted one by one. */
export const Scopes = Type.Array(Scope, { maxItems: 200, uniqueItems: true });
/** Roles granted. */
export const RoleNames = Type.Array(RoleName, { maxItems: 50, uniqueItems: true });

const Word = "^[a-z0-9][a-z0-9._-]{0,63}$";

/** Actions by type of resource. */
export const ResourceActions = Type.Record(
  Type.String({ pattern: Word }),
  Type.Array(Type.String({ pattern: Word }), { maxItems: 100, uniqueItems: true }),
  { additionalProperties: false, maxProperties: 100 },
);

/** A limit of somebody's own. */
export const Limit = closed({
  perSecond: Type.Integer({ minimum: 1, maximum: 100_000 }),
  burst: Type.Integer({ minimum: 1, maximum: 100_000 }),
});

/** Which page of a list. */
export const PageInput = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(
    Type.String({ maxLength: 1000, description: "`next` of the page before" }),
  ),
};

/** Where the next page begins. */
export const Next = Type.Optional(Type.String());

/** The page that a caller asks for. */
export function pageRequest(
  { limit = 100, after }: { readonly limit?: number; readonly after?: string },
) {
  return { limit, after };
}

/** A secret that is shown this once. Whatever records outputs leaves it out. */
export const ShownOnce = Type.String({ secret: true, description: "Shown this once" });

/** A moment as it travels. */
export function textOf(moment: Date): string;
export function textOf(moment: Date | null): string | null;
export function textOf(moment: Date | null): string | null {
  return moment?.toISOString() ?? null;
}

/**
 * Reads a moment that has to lie ahead.
 *
 * @throws {CallError} `VALIDATION_ERROR`.
 */
export function futureMoment(text: Static<typeof Moment>, now: Date): Date {
  const moment = anyMoment(text);
  if (moment <= now) throw invalid("", `Cannot use ${text}: it is over`);
  return moment;
}

/** Reads a moment. @throws {CallError} `VALIDATION_ERROR`. */
export function anyMoment(text: Static<typeof Moment>): Date {
  const moment = new Date(text);
  if (Value.Check(AnyMoment, moment.getTime())) return moment;
  throw invalid("", `Cannot use ${text}: there is no such moment`);
}
