/**
 * What is told and kept of calls, and the trace they belong to, on a hub of two nodes.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { connectSpoke, operation, type TraceContext } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import type {
  CallView,
  ListOutput,
  TailOutput,
  TreeOutput,
} from "../../src/operations/calls/schemas.ts";
import { until } from "../harness/until.ts";
import { clientAt, type Hubs, type Place, startHubs, untilKnown } from "./_hubs_testing.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", SPAN = "00f067aa0ba902b7";
const Text = Type.Object({ text: Type.String() });

interface World extends AsyncDisposable {
  readonly hubs: Hubs;
  readonly places: readonly [Place, Place];
  /** Traces as the spoke's handlers were told of them. */
  readonly heard: TraceContext[];
}

/** Two nodes, and a spoke at the second one whose `chat/ask` calls `chat/upper` through the hub. */
async function startWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(2));
  const [first, second] = hubs.nodes;
  ok(first !== undefined && second !== undefined);
  const heard: TraceContext[] = [];
  const spoke = await connectSpoke({
    url: second.url,
    key: await hubs.spoke("dev1"),
    operations: [
      operation({
        ...{ name: "test/echo", type: "query", input: Text },
        handler: ({ text }) => ({ text }),
      }),
      operation({
        ...{ name: "chat/upper", type: "query", input: Text },
        handler({ text }, { trace }) {
          heard.push(trace);
          return text.toUpperCase();
        },
      }),
      operation({
        ...{ name: "chat/ask", type: "query", input: Text },
        async handler({ text }, { trace, call }) {
          heard.push(trace);
          return await call("/hub/spokes/list", {}).then(
            () => text,
            ({ code }) => `${text} ${code}`,
          );
        },
      }),
    ],
  });
  stack.defer(() => spoke.close());
  const token = await hubs.key("spokes:call");
  for (const place of hubs.nodes) await untilKnown(place, { name: "dev1", token });
  const parts = stack.move();
  return {
    ...{ hubs, heard, places: [first, second] },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

function httpAt({ url }: Place): string {
  return url.replace(/^ws/, "http").replace(/\/ws$/, "");
}

async function callOverHttp(
  place: Place,
  { key, operation, headers }: { key: string; operation: string; headers?: HeadersInit },
): Promise<{ readonly requestId: string; readonly spanId: string }> {
  const answer = await fetch(`${httpAt(place)}/call`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ operation, input: { text: "hello" } }),
  });
  await answer.json();
  return {
    requestId: answer.headers.get("x-request-id") ?? "",
    spanId: answer.headers.get("traceparent")?.slice(36, 52) ?? "",
  };
}

Deno.test("a trace goes from HTTP through two nodes to a spoke, and comes back with what it asks for", async () => {
  await using world = await startWorld();
  const { hubs, places: [first], heard } = world;
  const key = await hubs.key("spokes:call");
  const { requestId, spanId } = await callOverHttp(first, {
    ...{ key, operation: "/dev1/chat/ask" },
    headers: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "vendor=1" },
  });
  // The spoke is told of the hub's own span, which the answer names.
  deepStrictEqual(heard, [{ traceId: TRACE, spanId, flags: "01", state: "vendor=1" }]);
  const tree = await until(async () => {
    const found = await hubs.operator.call("hub/calls/tree", { id: requestId }) as TreeOutput;
    // One that lasts is told of when it begins, too.
    const ended = found.calls.filter(({ status }) => status !== "running");
    return ended.length === 2 ? found : undefined;
  }, { what: "both calls to be kept as ended" });
  deepStrictEqual(
    tree.calls.map(({ depth, operation, parent, status, peer }) => [
      ...[depth, operation, parent, status, peer],
    ]),
    [
      [0, "dev1/chat/ask", SPAN, "ok", "dev1"],
      [1, "hub/spokes/list", spanId, "failed", undefined],
    ],
  );
  deepStrictEqual([tree.trace, tree.isWhole], [TRACE, true]);
  const [asked, back] = tree.calls;
  deepStrictEqual([asked?.request, asked?.caller], [requestId, back?.originator ?? asked?.caller]);
  deepStrictEqual([back?.caller, back?.error], ["dev1", "FORBIDDEN"]);
  // It is found by what its caller was told, and by the library's name for that.
  for (const outcome of ["FORBIDDEN", "ACCESS_DENIED"]) {
    const { calls } = await hubs.operator.call("hub/calls/list", { outcome }) as ListOutput;
    deepStrictEqual(calls.map(({ id }) => id), [back?.id]);
  }
  ok((asked?.durationMs ?? 0) >= (back?.durationMs ?? 0));
});

Deno.test("a trace arrives over WebSocket and in what an MCP client says, too", async () => {
  await using world = await startWorld();
  const { hubs, places: [first], heard } = world;
  const key = await hubs.key("spokes:call");
  await using client = await clientAt(first, key);
  const trace = { traceId: TRACE, spanId: SPAN, flags: "01" };
  await client.session.call("/dev1/chat/upper", { text: "x" }, { trace });
  const answer = await fetch(`${httpAt(first)}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: {
        name: "call",
        arguments: { operation: "/dev1/chat/upper", input: { text: "x" } },
        _meta: { traceparent: `00-${"a".repeat(32)}-${SPAN}-01` },
      },
    }),
  });
  match(await answer.text(), /X/);
  deepStrictEqual(heard.map(({ traceId }) => traceId), [TRACE, "a".repeat(32)]);
  // Who asks without one gets one: each call has a trace of its own.
  await client.session.call("/dev1/chat/upper", { text: "x" });
  match(heard[2]?.traceId ?? "", /^[0-9a-f]{32}$/);
});

Deno.test("calls on all nodes are followed as they end, and from a position on without a gap", async () => {
  await using world = await startWorld();
  const { hubs, places } = world;
  const key = await hubs.key("spokes:call");
  const asked = { operation: "dev1/chat/*", outcome: "ok" };
  const seen: string[] = [], made: string[] = [];
  let last: string | undefined;
  const follow = async (from: string | undefined, into: string[], isEnough: () => boolean) => {
    const input = from === undefined ? asked : { ...asked, from };
    for await (const item of hubs.operator.subscribe("hub/calls/tail", input)) {
      const { position, id, operation, durationMs } = item as TailOutput;
      strictEqual(operation, "dev1/chat/upper");
      ok(durationMs !== undefined && durationMs > 0);
      last = position;
      into.push(id);
      if (isEnough()) return;
    }
  };
  const first = follow(undefined, seen, () => seen.length === 2);
  // Nobody can know when it listens: calls are made until it has heard of two.
  await until(async () => {
    for (const place of places) {
      made.push((await callOverHttp(place, { key, operation: "/dev1/chat/upper" })).spanId);
      await callOverHttp(place, { key, operation: "/dev1/test/echo" });
    }
    return seen.length >= 2;
  }, { what: "calls to be heard of" });
  await first;
  // What happens while nobody follows is told to whoever comes back.
  for (const place of places) {
    made.push((await callOverHttp(place, { key, operation: "/dev1/chat/upper" })).spanId);
  }
  const heardUntil = last, all: string[] = [];
  await follow("0.0", all, () => made.every((id) => all.includes(id)));
  deepStrictEqual(all.toSorted(), made.toSorted());
  const expected = all.slice(all.indexOf(seen[0] ?? ""));
  await follow(heardUntil, seen, () => seen.length === expected.length);
  deepStrictEqual(seen, expected);
});

Deno.test("nobody sees calls of others to what they may not call, nor what was said in any", async () => {
  await using world = await startWorld();
  const { hubs, places: [first] } = world;
  const ann = await hubs.key("spokes:call", "calls:read", "metrics:read");
  const bob = await hubs.key("calls:read");
  const { requestId } = await callOverHttp(first, { key: ann, operation: "/dev1/chat/upper" });
  await callOverHttp(first, { key: bob, operation: "/hub/nodes/list" });
  const listed = async (key: string) => {
    await using client = await clientAt(first, key);
    const { calls } = await client.session.call("/hub/calls/list", {}) as { calls: CallView[] };
    return calls.map(({ operation }) => operation);
  };
  await until(async () => (await listed(ann)).includes("hub/nodes/list"), {
    what: "the calls to be kept",
  });
  ok((await listed(ann)).includes("dev1/chat/upper"));
  const ofBob = await listed(bob);
  // Their own, though it was refused; and what anybody may call.
  ok(ofBob.includes("hub/nodes/list"));
  deepStrictEqual(ofBob.filter((name) => name.startsWith("dev1/")), []);
  for (const operation of ["/hub/calls/get", "/hub/calls/tree"]) {
    await using client = await clientAt(first, bob);
    const refused = await client.session.call(operation, { id: requestId }, {
      declared: ["CALL_NOT_FOUND"],
    }).catch(({ code }) => code);
    strictEqual(refused, "CALL_NOT_FOUND");
  }
});
