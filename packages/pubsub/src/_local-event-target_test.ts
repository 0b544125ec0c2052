import { testEventTarget } from "../tests/event_target_contract.ts";
import { createLocalEventTarget } from "./_local-event-target.ts";

testEventTarget("in process", () => {
  const target = createLocalEventTarget(() => {});
  return { near: target, far: target, async settle() {}, async [Symbol.asyncDispose]() {} };
});

testEventTarget("the DOM's EventTarget", () => {
  // Its type knows nothing of envelopes; what passes is what this test shows.
  const target = new EventTarget() as never;
  return { near: target, far: target, async settle() {}, async [Symbol.asyncDispose]() {} };
});

testEventTarget("the DOM's EventTarget without CustomEvent", () => {
  const { CustomEvent } = globalThis;
  Reflect.deleteProperty(globalThis, "CustomEvent");
  const target = new EventTarget() as never;
  return {
    near: target,
    far: target,
    async settle() {},
    // deno-lint-ignore require-await -- there is nothing to wait for
    async [Symbol.asyncDispose]() {
      Object.assign(globalThis, { CustomEvent });
    },
  };
});
