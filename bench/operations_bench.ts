/**
 * What running an operation costs, against what cannot be saved: a bare function call, and JSON.
 *
 * Run with `deno bench -A bench/operations_bench.ts`.
 *
 * @module
 */
import {
  createCallSession,
  createDispatcher,
  localEnvelope,
  OperationRegistry,
  type OperationSpec,
  OperationType,
  parseFrame,
  PendingRequestMap,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";

const input = { name: "ann", count: 3, tags: ["a", "b"], nested: { ok: true } };
const identity = { id: "ann", scopes: ["bench:run", "other"], resources: {} };

const spec: OperationSpec = {
  namespace: "bench",
  name: "echo",
  version: "1.0.0",
  type: OperationType.QUERY,
  description: "Gives its input back",
  inputSchema: Type.Object({
    name: Type.String({ minLength: 1 }),
    count: Type.Integer(),
    tags: Type.Array(Type.String()),
    nested: Type.Object({ ok: Type.Boolean() }),
  }),
  outputSchema: Type.Object({ name: Type.String(), count: Type.Integer() }),
  accessControl: { requiredScopes: ["bench:run"] },
};

// deno-lint-ignore require-await -- the floor is an async call that does nothing
const bare = async (value: typeof input) => value;

const registry = new OperationRegistry();
registry.register({ ...spec, handler: bare }, { visibility: "external" });
const dispatcher = createDispatcher({ view: registryView(registry) });

Deno.bench({
  name: "bare async function",
  group: "one call in the process",
  baseline: true,
  async fn() {
    await bare(input);
  },
});

Deno.bench({
  name: "registry.execute(), checked and validated",
  group: "one call in the process",
  async fn() {
    await registry.execute("bench.echo", input, { identity });
  },
});

Deno.bench({
  name: "dispatcher.call(), with deadline and context",
  group: "one call in the process",
  async fn() {
    await dispatcher.call({ operation: "bench/echo", input, identity });
  },
});

const frame = JSON.stringify({
  type: "call.requested",
  id: "6e9b9a4e-2a53-4f7c-9d41-0d4f0a3f6f4b",
  payload: { operationId: "/bench/echo", input },
});

Deno.bench({
  name: "JSON.parse and JSON.stringify of the same frames",
  group: "one call over a connection",
  baseline: true,
  async fn() {
    const { id, payload } = JSON.parse(frame);
    const output = await bare(payload.input);
    JSON.stringify({ type: "call.responded", id, payload: { output } });
  },
});

Deno.bench({
  name: "parse, dispatch and write",
  group: "one call over a connection",
  async fn() {
    await new Promise<void>((resolve) => {
      const session = createCallSession({
        dispatcher,
        identity,
        send: () => resolve(),
        close() {},
      });
      session.receive(frame);
    });
  },
});

let answered = () => {};
const session = createCallSession({ dispatcher, identity, send: () => answered(), close() {} });
Deno.bench({
  name: "parse, dispatch and write, on an open session",
  group: "one call over a connection",
  async fn() {
    await new Promise<void>((resolve) => {
      answered = resolve;
      session.receive(frame);
    });
  },
});

const calls = new PendingRequestMap();
calls["call.requested"].subscribe(({ requestId, operationId }) => {
  calls.respond(requestId, localEnvelope(1, operationId));
});
Deno.bench({
  name: "PendingRequestMap.call(), answered at once",
  group: "one call over events",
  async fn() {
    await calls.call("bench.echo", input);
  },
});

const large = JSON.stringify({
  type: "call.responded",
  id: "1",
  payload: { output: Array.from({ length: 2000 }, (_, index) => ({ index, text: "some text" })) },
});
Deno.bench({
  name: `JSON.parse, ${large.length} bytes`,
  group: "reading a large frame",
  baseline: true,
  fn() {
    JSON.parse(large);
  },
});
Deno.bench({
  name: `parseFrame(), ${large.length} bytes`,
  group: "reading a large frame",
  fn() {
    parseFrame(large);
  },
});
