import { deepStrictEqual } from "node:assert/strict";
import { until } from "../tests/until.ts";
import { createWorkerEventTarget } from "./event-target-worker.ts";
import { createPubSub } from "./index.ts";

Deno.test("a thread of its own answers 1,000 events in order", async () => {
  const worker = new Worker(new URL("../tests/relay_worker.ts", import.meta.url), {
    type: "module",
  });
  const target = createWorkerEventTarget({ port: worker });
  const pubsub = createPubSub<{ ask: unknown; answer: unknown; ready: null }>({
    eventTarget: target,
  });
  await pubsub.subscribe("ready", "").next();
  const answers: unknown[] = [];
  pubsub.listen("answer", "", ({ payload }) => answers.push(payload));
  const asked = Array.from({ length: 1000 }, (_, n) => ({ n, bytes: new Uint8Array([n % 256]) }));
  for (const ask of asked) pubsub.publish("ask", "", ask);
  await until(() => answers.length >= asked.length, "all answers");
  deepStrictEqual(answers, asked);
  target.close();
  worker.terminate();
});
