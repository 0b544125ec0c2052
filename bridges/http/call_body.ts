/**
 * What the bodies of calls hold.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type GatewayRequest, Refusal } from "../gateway/mod.ts";

/** One call. Members that are not named here have no effect. */
export const CallBody = Type.Object({
  operation: Type.String({ minLength: 1, description: "Such as /dev1/fs/readFile." }),
  input: Type.Optional(Type.Unknown({ description: "Default: {}." })),
  timeout_ms: Type.Optional(Type.Number({
    exclusiveMinimum: 0,
    description: "How long to wait for the answer; the hub's own limit still holds.",
  })),
});
/** One call. */
export type CallBody = Static<typeof CallBody>;

const CallsBody = Type.Object({ calls: Type.Array(CallBody) });

const call = TypeCompiler.Compile(CallBody);
const list = TypeCompiler.Compile(Type.Array(CallBody));
const calls = TypeCompiler.Compile(CallsBody);

const SHAPE = 'send {"operation": "/service/op", "input": {…}}';
/** Keys that mean something to the language are nobody's names. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/**
 * Reads one call.
 *
 * @throws {Refusal} 400.
 */
export function parseCall(value: unknown): CallBody {
  if (!call.Check(value) || isForbidden(value)) throw new Refusal(400, { message: SHAPE });
  return value;
}

/**
 * Reads several calls.
 *
 * @throws {Refusal} 400, also for more than `max`.
 */
export function parseCalls(value: unknown, max: number): readonly CallBody[] {
  const items = list.Check(value) ? value : calls.Check(value) ? value.calls : undefined;
  if (items === undefined || items.some(isForbidden)) {
    throw new Refusal(400, { message: `send a list of calls, each as: ${SHAPE}` });
  }
  if (items.length > max) throw new Refusal(400, { message: `send at most ${max} calls` });
  return items;
}

/** What is asked for, by whom. Written out: to spread objects takes longer than to read the body. */
export function requestOf(
  { operation, input = {}, timeout_ms: timeoutMs }: CallBody,
  { caller, source, requestId, trace, signal, idempotencyKey }: Omit<
    GatewayRequest,
    "operation" | "input" | "timeoutMs" | "onProgress"
  >,
): GatewayRequest {
  return {
    operation,
    input,
    timeoutMs,
    caller,
    source,
    requestId,
    trace,
    signal,
    idempotencyKey,
  };
}

function isForbidden(value: object): boolean {
  return FORBIDDEN.some((key) => Object.hasOwn(value, key));
}
