/**
 * `@alkdev/flowgraph` against floors in the same run: call events folded into a graph against the
 * same events put into a `Map`, and workflows against the bare calls that they make.
 *
 * @module
 */
import {
  type AnyCallEvent,
  compileTemplate,
  FlowGraph,
  h,
  initWorkflow,
  Map as MapComponent,
  Operation,
  Sequential,
  stepWorkflow,
  typeCompat,
  type WorkflowEvent,
  WorkflowReactiveRoot,
} from "@alkdev/flowgraph";

const CALLS = 1_000;

function callEvents(): AnyCallEvent[] {
  return Array.from({ length: CALLS }, (_, i): AnyCallEvent[] => {
    const requestId = `r${i}`;
    const parent = i === 0 ? {} : { parentRequestId: `r${Math.floor((i - 1) / 10)}` };
    const payload = { requestId, operationId: "op", input: { i }, ...parent };
    return [
      { type: "call.requested", timestamp: i, payload },
      { type: "call.responded", timestamp: CALLS + i, payload: { requestId, output: i } },
    ];
  }).flat();
}

const events = callEvents();

Deno.bench(
  `put ${CALLS * 2} call events into a Map (floor)`,
  { group: "fold", baseline: true },
  () => {
    const calls = new globalThis.Map<string, AnyCallEvent[]>();
    for (const event of events) {
      const id = "payload" in event ? event.payload.requestId : event.requestId;
      const known = calls.get(id);
      if (known) known.push(event);
      else calls.set(id, [event]);
    }
  },
);

Deno.bench(`fold ${CALLS * 2} call events into a graph`, { group: "fold" }, () => {
  FlowGraph.fromCallEvents(events);
});

Deno.bench(`fold ${CALLS * 2} call events, last first`, { group: "fold" }, () => {
  FlowGraph.fromCallEvents(events.toReversed());
});

const NODES = 1_000;
const call = (_operation: string, input: unknown) => Promise.resolve(input);
const names = Array.from({ length: NODES }, (_, i) => `op${i}`);
const chain = compileTemplate(h(Sequential, {}, names.map((name) => h(Operation, { name }))));
const fan = compileTemplate(h(MapComponent, { over: "$.input" }, h(Operation, { name: "op" })));
const items = names.map((_, i) => i);

Deno.bench(`${NODES} bare calls, one after the other (floor)`, {
  group: "chain",
  baseline: true,
}, async () => {
  let value: unknown = 1;
  for (const name of names) value = await call(name, value);
});

Deno.bench(`chain of ${NODES} nodes, core only`, { group: "chain" }, () => {
  let state = initWorkflow(chain, { id: "w" });
  let next: WorkflowEvent | undefined = { type: "start", input: 1, at: 0 };
  while (next) {
    const step = stepWorkflow(chain, state, next);
    state = step.state;
    const [command] = step.commands;
    next = command?.type === "invoke"
      ? { type: "node.succeeded", requestId: command.requestId, output: command.input, at: 1 }
      : undefined;
  }
});

Deno.bench(`chain of ${NODES} nodes, signals and call graph`, { group: "chain" }, async () => {
  await new WorkflowReactiveRoot(chain, { invoke: call }).start(1);
});

Deno.bench(`${NODES} bare calls side by side (floor)`, {
  group: "map",
  baseline: true,
}, async () => {
  await Promise.all(items.map((item) => call("op", item)));
});

Deno.bench(`map over ${NODES} items, signals and call graph`, { group: "map" }, async () => {
  await new WorkflowReactiveRoot(fan, { invoke: call }).start(items);
});

Deno.bench(`compile a chain of ${NODES} nodes`, () => {
  compileTemplate(h(Sequential, {}, names.map((name) => h(Operation, { name }))));
});

const user = {
  type: "object",
  properties: { id: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
  required: ["id", "tags"],
};
const wanted = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };

Deno.bench("compare two schemas", () => {
  typeCompat(user, wanted);
});
