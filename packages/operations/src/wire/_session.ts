/**
 * What the tests of sessions share: operations, and a server that is told raw frames.
 *
 * @module
 */
import { dispatching, type Granted, OPEN } from "../_dispatch.ts";
import { operation, subscription } from "../_operations.ts";
import type { OperationContext } from "../types.ts";
import { pair } from "./_pair.ts";

/** Needs the scope `s`. */
export const guarded: Granted = [
  operation("a.guarded", (_input, { identity }) => identity?.id, {
    accessControl: { requiredScopes: ["s"] },
  }),
  { visibility: "external" },
];
/** Gives its input back. */
export const echo: Granted = [operation("a.echo", (input) => input), OPEN];
/** Is not there, seen from outside. */
export const hidden: Granted = [operation("a.hidden", () => 1), { visibility: "internal" }];

/** Counts up to `count`. */
export function counting(id: string, count: number): Granted {
  return [
    subscription(id, async function* () {
      for (let index = 0; index < count; index++) yield index;
    }),
    OPEN,
  ];
}

/** All values of a stream. */
export async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

/** Lets everything run that is ready to. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** Resolves when the call is aborted. */
export function aborted({ signal }: OperationContext): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
}

/** A server alone, told raw frames. */
export function server(operations: Granted[], options: Parameters<typeof pair>[1] = {}) {
  const { server, answered, closed } = pair(dispatching(operations), {
    ...options,
    client: { send: () => {} },
  });
  const request = (id: string, operationId: string, payload: object = {}) =>
    server.receive(
      JSON.stringify({ type: "call.requested", id, payload: { operationId, ...payload } }),
    );
  const event = (type: string, id: string, payload: object = {}) =>
    server.receive(JSON.stringify({ type, id, payload }));
  return { server, answered, closed, request, event };
}
