import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { MessageChannel as NodeMessageChannel } from "node:worker_threads";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { nextTurn, until } from "../tests/until.ts";
import { createPubSub } from "./index.ts";
import { createWorkerEventTarget, type WorkerPortLike } from "./event-target-worker.ts";

interface Channel {
  readonly port1: WorkerPortLike & { close(): void };
  readonly port2: WorkerPortLike & { close(): void };
}

function openPair({ port1, port2 }: Channel) {
  const near = createWorkerEventTarget({ port: port1 });
  const far = createWorkerEventTarget({ port: port2 });
  return {
    near,
    far,
    async settle() {},
    garbage: () => {
      for (const junk of [undefined, "text", { type: 1, id: "x" }, { type: "a:b", id: "" }]) {
        port1.postMessage(junk);
      }
    },
    [Symbol.asyncDispose]() {
      near.close();
      far.close();
      port1.close();
      port2.close();
      return nextTurn();
    },
  };
}

testEventTarget("worker, web ports", () => openPair(new MessageChannel()), { garbage: true });
testEventTarget("worker, Node ports", () => openPair(nodeOnly(new NodeMessageChannel())), {
  garbage: true,
});

/** Hides that Node's ports can be listened to in both ways. */
function nodeOnly({ port1, port2 }: NodeMessageChannel): Channel {
  const wrap = (port: typeof port1) => ({
    postMessage: (message: unknown) => port.postMessage(message),
    on: (type: "message", listener: (data: unknown) => void) => port.on(type, listener),
    off: (type: "message", listener: (data: unknown) => void) => port.off(type, listener),
    close: () => port.close(),
  });
  return { port1: wrap(port1), port2: wrap(port2) };
}

Deno.test("what is no event is somebody else's: it is not even reported", async () => {
  const { port1, port2 } = new MessageChannel();
  await using pair = openPair({ port1, port2 });
  const seen: unknown[] = [];
  createPubSub<Events>({ eventTarget: pair.far }).listen("alpha", "", (e) => seen.push(e.payload));
  for (const other of ["text", { type: 5, id: "" }, { type: "__x", id: "" }, null]) {
    port1.postMessage(other);
  }
  createPubSub<Events>({ eventTarget: pair.near }).publish("alpha", "", 1);
  await until(() => seen.length > 0, "the event after the junk");
  strictEqual(pair.far.errorCount, 0);
});

Deno.test("an event that is larger than allowed is dropped and reported", async () => {
  const { port1, port2 } = new MessageChannel();
  const errors: unknown[] = [];
  const target = createWorkerEventTarget({
    port: port2,
    maxMessageBytes: 1000,
    onError: (error) => errors.push(error),
  });
  const seen: unknown[] = [];
  target.addEventListener("alpha:", ({ type }) => seen.push(type));
  port1.postMessage({ type: "alpha", id: "", payload: "x".repeat(1001) });
  port1.postMessage({ type: "alpha", id: "", payload: "x" });
  await until(() => seen.length > 0, "the small event");
  deepStrictEqual(seen, ["alpha:"]);
  deepStrictEqual(errors.map(String), [
    "RangeError: Cannot take an event of more than 1000 bytes: dropped",
  ]);
  target.close();
  port1.close();
  port2.close();
});

Deno.test("what cannot be cloned is the publisher's error", async () => {
  const { port1, port2 } = new MessageChannel();
  await using pair = openPair({ port1, port2 });
  const pubsub = createPubSub<Events>({ eventTarget: pair.near });
  throws(() => pubsub.publish("alpha", "", () => {}), { name: "DataCloneError" });
});

Deno.test("a port that can do nothing is a TypeError", () => {
  // The type excludes it; JavaScript does not.
  throws(() => createWorkerEventTarget({ port: {} as WorkerPortLike }), TypeError);
  const { port1, port2 } = new MessageChannel();
  throws(() => createWorkerEventTarget({ port: port1, maxMessageBytes: 0 }), TypeError);
  port1.close();
  port2.close();
});
