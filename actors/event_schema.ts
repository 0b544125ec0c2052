/**
 * How the events of machines are written down: one schema that is the door for callers and the type.
 *
 * @module
 */
import { type TLiteral, type TObject, type TProperties, Type } from "@sinclair/typebox";

/** An id that somebody else made; opaque here. */
export const Id = Type.String({ minLength: 1, maxLength: 200 });

/** One line for people. */
export const Line = Type.String({ maxLength: 1_000 });

/** What may be long: a message, a prompt. */
export const Text = Type.String({ minLength: 1, maxLength: 100_000 });

/** When it happened, by the clock of whoever says so: a machine has none. Unix milliseconds. */
export const At = Type.Integer({ minimum: 0 });

/**
 * Schema of one event; what it does not name is refused.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { Value } from "@sinclair/typebox/value";
 *
 * const Add = eventSchema("ADD", { n: Type.Integer() });
 * strictEqual(Value.Check(Add, { type: "ADD", n: 1 }), true);
 * strictEqual(Value.Check(Add, { type: "ADD", n: 1, m: 2 }), false);
 * ```
 */
export function eventSchema<T extends string, P extends TProperties>(
  type: T,
  properties: P,
): TObject<{ type: TLiteral<T> } & P> {
  return Type.Object({ type: Type.Literal(type), ...properties }, { additionalProperties: false });
}
