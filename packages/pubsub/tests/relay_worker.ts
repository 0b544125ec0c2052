/** A worker that answers each `ask` by an `answer` of the same id, in order. */
import { createWorkerEventTarget } from "../src/event-target-worker.ts";
import { createPubSub } from "../src/index.ts";

// A module without the types of workers: here, the global scope is a port.
const port = globalThis as unknown as Parameters<typeof createWorkerEventTarget>[0]["port"];
const pubsub = createPubSub<{ ask: unknown; answer: unknown; ready: null }>({
  eventTarget: createWorkerEventTarget({ port }),
});
pubsub.listen("ask", "", ({ payload }) => pubsub.publish("answer", "", payload));
pubsub.publish("ready", "", null);
