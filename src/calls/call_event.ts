/**
 * What is told of calls: events of a node, many in one message of stream `CALLS`.
 *
 * @module
 */
import { wireCode } from "@alkdev/operations";
import { decodeJson } from "@hub/bus";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** A code as callers are told it over the wire, given as they are or as the library has it. */
export function spokenCode(code: string): string {
  return wireCode(code) ?? code;
}

/** The outcome of a call that went well; of any other it is the code of its error, as on the wire. */
export const OK = "ok";

/**
 * One call, when it begins or when it is over. An event says all that is known by then, so that the
 * second one makes the first superfluous.
 */
export const CallEvent = Type.Object({
  /** Of the hub's own making, and the id of the call's span. */
  id: Type.String(),
  trace: Type.String(),
  /** Span of whoever asked: another call, or something that the hub does not know. */
  parent: Type.Optional(Type.String()),
  /** As the caller knows it; no two callers need have different ones. */
  request: Type.String(),
  /** Its name, without a slash before it. */
  operation: Type.String(),
  /** The spoke that answers; absent for the hub's own operations. */
  peer: Type.Optional(Type.String()),
  /** Whose rights counted; absent for nobody. */
  caller: Type.Optional(Type.String()),
  /** Who made the call that began it all, where that is somebody else. */
  originator: Type.Optional(Type.String()),
  /** When it began, in milliseconds since the epoch. */
  at: Type.Number(),
  /** How long it took; absent while it runs. */
  ms: Type.Optional(Type.Number()),
  /** {@linkcode OK}, or the code of its error; absent while it runs. */
  outcome: Type.Optional(Type.String()),
  /** As JSON, without secrets, cut off after a length; only where the configuration asks for it. */
  input: Type.Optional(Type.String()),
  output: Type.Optional(Type.String()),
});
/** One call, when it begins or when it is over. */
export type CallEvent = Static<typeof CallEvent>;

/** What a message holds: events whose times count from its own. */
const Body = Type.Object({
  at: Type.Number(),
  calls: Type.Array(Type.Composite([
    Type.Omit(CallEvent, ["ms"]),
    // Whole numbers are written in half the time.
    Type.Object({ us: Type.Optional(Type.Integer()) }),
  ])),
});
const bodies = TypeCompiler.Compile(Body);

/** The events in a message's body; none where no hub has written it. */
export function readCallEvents(body: Uint8Array): readonly CallEvent[] {
  try {
    const value = decodeJson(body);
    if (!bodies.Check(value)) return [];
    return value.calls.map(({ at, us, ...rest }) => ({
      ...{ ...rest, at: value.at + at },
      ...(us === undefined ? {} : { ms: us / 1000 }),
    }));
  } catch {
    return []; // No hub has written that.
  }
}
