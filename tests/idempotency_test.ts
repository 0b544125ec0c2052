/** A request that is sent again with the same key has no second effect, whatever surface it comes by. */
import { deepStrictEqual, notDeepStrictEqual, strictEqual } from "node:assert/strict";
import { operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { ask, callOf, mcpUrl, say } from "./_mcp_testing.ts";
import { type Hubs, outcome, type Place, startHubs } from "./calls/_hubs_testing.ts";
import { until } from "./harness/until.ts";
import { clientOf, type Held, spokeOf } from "./spokes/_spokes_testing.ts";
import type { Client } from "@alkdev/operations/spoke";

const SEND = "hub/actors/send";
const GET = "hub/actors/get";
const DECLARED = { declared: ["ACTOR_NOT_FOUND"] } as const;
const ADD = { kind: "counter", event: { type: "ADD", n: 1 } };

interface World extends AsyncDisposable {
  readonly hubs: Hubs;
  readonly place: Place;
  readonly key: string;
  readonly client: Held<Client>;
  /** What the spoke's operation was given. */
  readonly given: readonly unknown[];
}

async function start(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(1, { kinds: ["examples/counter.ts"] }));
  const [place] = hubs.nodes;
  if (place === undefined) throw new Error("unreachable");
  const given: unknown[] = [];
  const pay = operation({
    name: "bank/pay",
    input: Type.Object({ order: Type.Optional(Type.String({ "x-idempotency-key": true })) }),
    handler: (input) => void given.push(input),
  });
  stack.use(
    await spokeOf(place.url, "bank1", { key: await hubs.spoke("bank1"), operations: [pay] }),
  );
  const key = await hubs.key("actors:send", "actors:read", "spokes:call");
  const client = stack.use(clientOf(place.url, { key }));
  await until(
    () => client.call("/services/schema", { name: "bank1/bank/pay" }).catch(() => undefined),
    { what: "the spoke to be known" },
  );
  const parts = stack.move();
  return {
    ...{ hubs, place, key, client, given },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Sends a body over HTTP, with a key. */
async function post({ place, key }: World, path: string, { body, idempotencyKey }: {
  readonly body: unknown;
  readonly idempotencyKey: string;
}) {
  const response = await fetch(mcpUrl(place).replace("/mcp", path), {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      ...{ authorization: `Bearer ${key}`, "content-type": "application/json" },
      "idempotency-key": idempotencyKey,
    },
  });
  strictEqual(response.status, 200);
  return await response.json();
}

/** Each adds one to the counter `id`, with the key `k`. */
const SURFACES: Readonly<Record<string, (world: World, id: string) => Promise<unknown>>> = {
  "POST /call": async (world, id) => {
    const body = { operation: SEND, input: { ...ADD, id } };
    return (await post(world, "/call", { body, idempotencyKey: "k" })).output;
  },
  "POST /batch": async (world, id) => {
    const body = [{ operation: SEND, input: { ...ADD, id } }];
    return (await post(world, "/batch", { body, idempotencyKey: "k" })).results[0].output;
  },
  "MCP call": async ({ place, key }, id) => {
    const meta = { "alkdev/idempotencyKey": "k" };
    const { messages } = await callOf({ place, key }, SEND, { input: { ...ADD, id }, meta });
    return messages[0].result.structuredContent;
  },
  "MCP call (2025-11-25)": async ({ place, key }, id) => {
    const params = {
      ...{ name: "call", arguments: { operation: SEND, input: { ...ADD, id } } },
      _meta: { "alkdev/idempotencyKey": "k" },
    };
    const { messages } = await say({ place, key }, { id: 1, method: "tools/call", params });
    return messages[0].result.structuredContent;
  },
  "MCP batch": async ({ place, key }, id) => {
    const calls = [{ operation: SEND, input: { ...ADD, id } }];
    const { messages } = await ask({ place, key }, {
      ...{ method: "tools/call", params: { name: "batch", arguments: { calls } } },
      meta: { "alkdev/idempotencyKey": "k" },
    });
    return messages[0].result.structuredContent.results[0].output;
  },
  "WebSocket call": ({ client }, id) => client.call(SEND, { ...ADD, id }, { idempotencyKey: "k" }),
  "NATS call": ({ hubs }, id) => hubs.operator.call(SEND, { ...ADD, id }, { idempotencyKey: "k" }),
};

for (const [surface, send] of Object.entries(SURFACES)) {
  Deno.test(`${surface}: an actor takes a command once, and gives its first answer again`, async () => {
    await using world = await start();
    const first = await send(world, "a");
    deepStrictEqual(await send(world, "a"), first);
    const { context } = Object(await world.client.call(GET, { kind: "counter", id: "a" }));
    deepStrictEqual(context, { count: 1 });
  });
}

Deno.test("the same request by another surface is the same request", async () => {
  await using world = await start();
  // In a batch the key has a place behind it, and over NATS it is the operator who calls.
  const { "POST /batch": _batch, "MCP batch": _tool, "NATS call": _operator, ...alone } = SURFACES;
  const answers: unknown[] = [];
  for (const send of Object.values(alone)) answers.push(await send(world, "a"));
  strictEqual(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
});

Deno.test("the same key of another caller is another request, by whatever surface", async () => {
  await using world = await start();
  const key = await world.hubs.key("actors:send", "actors:read");
  await using client = clientOf(world.place.url, { key });
  const other = { ...world, key, client };
  const { "NATS call": _operator, ...surfaces } = SURFACES;
  for (const [surface, send] of Object.entries(surfaces)) {
    const id = surface.replaceAll(/[^A-Za-z0-9]/g, "-");
    const mine = await send(world, id), theirs = await send(other, id);
    notDeepStrictEqual(theirs, mine, surface);
    deepStrictEqual([await send(world, id), await send(other, id)], [mine, theirs], surface);
    const { context } = Object(await client.call(GET, { kind: "counter", id }));
    deepStrictEqual(context, { count: 2 }, surface);
  }
});

Deno.test("a spoke's operation is given the key where it takes one", async () => {
  await using world = await start();
  await world.client.call("bank1/bank/pay", {}, { idempotencyKey: "k-7" });
  deepStrictEqual(world.given, [{ order: "k-7" }]);
});

for (
  const [what, name, input, idempotencyKey] of [
    ["a mutation that takes none", "hub/actors/stop", { kind: "counter", id: "a" }, "k"],
    ["an input that names another", SEND, { ...ADD, id: "a", commandId: "other" }, "k"],
    ["a key that is none", SEND, { ...ADD, id: "a" }, "a b"],
  ] as const
) {
  Deno.test(`WebSocket: ${what} is refused, and nothing happens`, async () => {
    await using world = await start();
    const { code, details } = Object(
      await outcome(world.client.call(name, input, { idempotencyKey })),
    );
    deepStrictEqual([code, details?.reason], ["VALIDATION_ERROR", "idempotency_key"]);
    const got = Object(
      await outcome(world.client.call(GET, { kind: "counter", id: "a" }, DECLARED)),
    );
    strictEqual(got.code, "ACTOR_NOT_FOUND");
  });
}

Deno.test("WebSocket: a key changes nothing for a query", async () => {
  await using world = await start();
  const { code } = Object(
    await outcome(
      world.client.call(GET, { kind: "counter", id: "a" }, { idempotencyKey: "k", ...DECLARED }),
    ),
  );
  strictEqual(code, "ACTOR_NOT_FOUND");
});

Deno.test("who may not call an operation is not told whether it takes a key", async () => {
  await using world = await start();
  const key = await world.hubs.key("none");
  await using stranger = clientOf(world.place.url, { key });
  const { code } = Object(
    await outcome(stranger.call("hub/actors/stop", { kind: "counter", id: "a" }, {
      idempotencyKey: "k",
    })),
  );
  strictEqual(code, "ACCESS_DENIED");
});
