import { createWorkerEventTarget } from "@alkdev/pubsub/event-target-worker";
import { testCallMap } from "./call_map_contract.ts";

const nothing = { settle: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() };

testCallMap("the platform's EventTarget", () => {
  const target = new EventTarget();
  return { caller: target, handler: target, ...nothing };
});

testCallMap("a message channel", () => {
  const { port1, port2 } = new MessageChannel();
  const caller = createWorkerEventTarget({ port: port1 });
  const handler = createWorkerEventTarget({ port: port2 });
  return {
    caller,
    handler,
    settle: () => Promise.resolve(),
    [Symbol.asyncDispose]() {
      caller.close();
      handler.close();
      port1.close();
      port2.close();
      return Promise.resolve();
    },
  };
});
