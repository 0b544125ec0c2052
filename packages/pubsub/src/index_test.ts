import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as errors from "./errors.ts";
import * as nats from "./event-target-nats.ts";
import * as redis from "./event-target-redis.ts";
import * as client from "./event-target-websocket-client.ts";
import * as server from "./event-target-websocket-server.ts";
import * as worker from "./event-target-worker.ts";
import * as main from "./index.ts";

const OPERATORS = [
  ...["batch", "chain", "dedupe", "filter", "flat", "groupBy", "join", "map", "pipe", "reduce"],
  ...["take", "toArray", "window"],
];
const CLASSES = [
  ...["DroppingBuffer", "EventTargetClosedError", "FixedBuffer", "MAX_QUEUE_LENGTH"],
  ...["QueueFullError", "Repeater", "RepeaterOverflowError", "SlidingBuffer"],
];

Deno.test("the main entry point exports what it is documented to", () => {
  deepStrictEqual(Object.keys(main).sort(), [...OPERATORS, ...CLASSES, "createPubSub"].sort());
});

Deno.test("each event target's entry point exports its factory", () => {
  deepStrictEqual([worker, client, server, redis].map(Object.keys), [
    ["createWorkerEventTarget"],
    ["createWebSocketClientEventTarget"],
    ["createWebSocketServerEventTarget"],
    ["createRedisEventTarget"],
  ]);
  deepStrictEqual(Object.keys(nats).sort(), ["createNatsEventTarget", "natsSubject"]);
});

for (
  const [name, code] of [
    ["EventTargetClosedError", "EVENT_TARGET_CLOSED"],
    ["QueueFullError", "QUEUE_FULL"],
  ] as const
) {
  Deno.test(`${name} carries its name and code`, () => {
    const error = new errors[name]("message");
    deepStrictEqual([error.name, error.code, error.message], [name, code, "message"]);
    strictEqual(error instanceof main[name], true);
  });
}
