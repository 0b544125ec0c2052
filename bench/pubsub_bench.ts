/**
 * Publish to receive in one process, beside the platform's own `EventTarget`.
 *
 *     deno bench -A bench/pubsub_bench.ts
 *
 * @module
 */
import { createPubSub } from "@alkdev/pubsub";

interface Events {
  tick: number;
}

const EVENTS = 1000;

/** Counts what arrives, so that no delivery can be left out. */
function counter(): { add(): void; check(): void } {
  let count = 0;
  return {
    add: () => void count++,
    check() {
      if (count % EVENTS !== 0 || count === 0) throw new Error(`${count} events arrived`);
    },
  };
}

for (const listeners of [1, 10]) {
  const group = `publish ${EVENTS} events, ${listeners} listener${listeners > 1 ? "s" : ""}`;

  Deno.bench("EventTarget, CustomEvent", { group, baseline: true }, () => {
    const { add, check } = counter();
    const target = new EventTarget();
    for (let n = 0; n < listeners; n++) target.addEventListener("tick:", () => add());
    for (let n = 0; n < EVENTS; n++) {
      target.dispatchEvent(
        new CustomEvent("tick:", { detail: { type: "tick", id: "", payload: n } }),
      );
    }
    check();
  });

  Deno.bench("createPubSub, listen", { group }, () => {
    const { add, check } = counter();
    const pubsub = createPubSub<Events>();
    for (let n = 0; n < listeners; n++) pubsub.listen("tick", "", add);
    for (let n = 0; n < EVENTS; n++) pubsub.publish("tick", "", n);
    check();
    pubsub.close();
  });

  Deno.bench("createPubSub on EventTarget, listen", { group }, () => {
    const { add, check } = counter();
    // The DOM's type knows nothing of envelopes.
    const pubsub = createPubSub<Events>({ eventTarget: new EventTarget() as never });
    for (let n = 0; n < listeners; n++) pubsub.listen("tick", "", add);
    for (let n = 0; n < EVENTS; n++) pubsub.publish("tick", "", n);
    check();
    pubsub.close();
  });

  Deno.bench("createPubSub, subscribe and for await", { group }, async () => {
    const { add, check } = counter();
    const pubsub = createPubSub<Events>();
    const loops = Array.from({ length: listeners }, async () => {
      for await (const _ of pubsub.subscribe("tick", "")) add();
    });
    for (let n = 0; n < EVENTS; n++) pubsub.publish("tick", "", n);
    pubsub.close();
    await Promise.all(loops);
    check();
  });
}
