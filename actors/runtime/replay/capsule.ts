/**
 * Capsules: a log in a file, with the states that it folded into, for a unit test to replay.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { FoldContext } from "../fold.ts";
import type { LoggedEvent, LogRecord } from "../record.ts";
import { placeText } from "./place.ts";
import { createReplayer, type ReplayStep } from "./replayer.ts";

/** Raised when the shape below changes. */
const FORMAT = 1;

const View = Type.Object({
  status: Type.String(),
  value: Type.Unknown(),
  context: Type.Unknown(),
  output: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
});

/** What one event led to. The context stands in the file as what changed in it. */
const Expected = Type.Object({
  at: Type.String(),
  type: Type.String(),
  status: Type.String(),
  value: Type.Unknown(),
  changes: Type.Array(Type.Object({
    path: Type.String(),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
  })),
  emitted: Type.Array(Type.Object({ type: Type.String() })),
});
/** What one event led to. */
export type Expected = Static<typeof Expected>;

const Logged: TSchema = Type.Object({
  id: Type.String(),
  event: Type.Object({ type: Type.String() }),
  cause: Type.Object({ from: Type.String() }),
  by: Type.Optional(Type.String()),
  at: Type.Number(),
});

const CapsuleSchema = Type.Object({
  capsule: Type.Literal(FORMAT),
  kind: Type.String(),
  id: Type.String(),
  /** Of the machine that folded it. */
  version: Type.Integer({ minimum: 1 }),
  log: Type.Array(Type.Object({
    seq: Type.Integer({ minimum: 1 }),
    version: Type.Integer({ minimum: 1 }),
    events: Type.Array(Type.Unsafe<LoggedEvent>(Logged), { minItems: 1 }),
  })),
  expected: Type.Array(Expected),
  end: View,
});
/** A log and what it folded into. */
export type Capsule = Static<typeof CapsuleSchema>;

const Capsules = TypeCompiler.Compile(CapsuleSchema);

/**
 * Makes a capsule of a whole log.
 *
 * @throws {RangeError} If the log is empty.
 */
export function createCapsule(
  log: readonly LogRecord[],
  { address, ...context }: FoldContext & { readonly address: Address },
): Capsule {
  const replayer = createReplayer(context);
  const expected = log.flatMap((record) => replayer.take(record).map(expectedOf));
  if (replayer.view === undefined) throw new RangeError("Cannot make a capsule of an empty log");
  const { kind, id } = address;
  // As a file will hold it: what JSON leaves out is not expected either.
  return parseCapsule(JSON.stringify({
    capsule: FORMAT,
    kind,
    id,
    version: context.kind.version,
    log,
    expected,
    end: replayer.view,
  }));
}

/** What a capsule keeps of a step. */
export function expectedOf({ at, logged, after, changes, emitted }: ReplayStep): Expected {
  return {
    at: placeText(at),
    type: logged.event.type,
    status: after.status,
    value: after.value,
    changes: [...changes],
    emitted: [...emitted],
  };
}

/**
 * Reads the text of a capsule.
 *
 * @throws {TypeError} If it is none.
 */
export function parseCapsule(text: string): Capsule {
  const value: unknown = JSON.parse(text);
  if (Capsules.Check(value)) return value;
  const { path = "", message = "" } = Capsules.Errors(value).First() ?? {};
  throw new TypeError(`Cannot read a capsule: ${path}: ${message}`);
}
