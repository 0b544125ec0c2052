/**
 * A counter: the smallest machine that is worth keeping.
 *
 * It shows that any XState machine becomes a durable actor by `defineActor`: its events get a
 * schema, its count survives `kill -9`, and who sends `ADD` is told the new count.
 *
 * Start a hub with it, and then, in another terminal:
 *
 *     deno task start --kinds examples/counter.ts
 *
 *     deno task hub actor send counter apples '{"type":"ADD","n":2}'
 *     deno task hub actor get counter apples
 *     deno task hub actor watch counter apples
 *     deno task hub replay counter apples
 *
 * There are as many counters as you name: `apples` begins to exist with its first event.
 *
 * @module
 */
import { defineActor } from "@hub/actors";
import { type Static, Type } from "@sinclair/typebox";
import { assign, emit, setup } from "xstate";

/** What may be sent to a counter; anything else is refused. */
const CounterEvent = Type.Union([
  Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() }),
  Type.Object({ type: Type.Literal("RESET") }),
]);

const machine = setup({
  types: {
    context: {} as { count: number },
    events: {} as Static<typeof CounterEvent>,
    emitted: {} as { type: "COUNTED"; count: number },
  },
  actions: {
    // An event that a machine emits is its reply to whoever asks, and what a watcher sees.
    reply: emit(({ context: { count } }) => ({ type: "COUNTED", count })),
  },
}).createMachine({
  id: "counter",
  context: { count: 0 },
  on: {
    ADD: {
      actions: [assign({ count: ({ context, event }) => context.count + event.n }), "reply"],
    },
    RESET: { actions: [assign({ count: 0 }), "reply"] },
  },
});

// The default export is what the hub hosts: one kind, or an array of them.
export default defineActor({ kind: "counter", version: 1, events: CounterEvent, machine });
