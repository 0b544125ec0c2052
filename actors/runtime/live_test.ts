import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Address, liveSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { type LiveMessage, openLive, parseLiveMessages } from "./live.ts";

const a: Address = { kind: "any", id: "a" }, b: Address = { kind: "any", id: "b" };
const said = (text: unknown): LiveMessage => ({ event: { type: "SAID", text } });

/** A way to the listeners, and what they hear of `a` and `b`: all that comes as one is one. */
async function listening() {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(await testBus());
  const failed: Address[] = [], heard: string[] = [];
  for (const address of [a, b]) {
    bus.connection.subscribe(liveSubject(bus.realm, address), {
      callback(_, { data }) {
        const texts = parseLiveMessages(data).map((one) => "event" in one ? one.event.text : "?");
        heard.push(`${address.id}: ${texts.map((text) => String(text).slice(0, 5)).join()}`);
      },
    });
  }
  await bus.ping();
  const live = openLive(bus, { onError: (_, { address }) => failed.push(address) });
  const parts = stack.move();
  return { live, heard, failed, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test("what happens to an actor in one turn of the event loop is told as one, in order", async () => {
  await using at = await listening();
  for (const text of ["1", "2"]) at.live.publish(a, said(text));
  at.live.publish(b, said("3"));
  at.live.publish(a, said("4"));
  await until(() => at.heard.length >= 2, { what: "both actors to be heard of" });
  deepStrictEqual(at.heard, ["a: 1,2,4", "b: 3"]);
});

Deno.test("what cannot be told is reported, and takes nothing else with it", async () => {
  await using at = await listening();
  for (const text of ["1", 2n, "3"]) at.live.publish(a, said(text));
  at.live.flush();
  await until(() => at.heard.length >= 2, { what: "the others" });
  deepStrictEqual(at.heard, ["a: 1", "a: 3"]);
  deepStrictEqual(at.failed, [a]);
});

Deno.test("what is too much for one message is told in several", async () => {
  await using at = await listening();
  for (const digit of ["1", "2"]) at.live.publish(a, said(digit.repeat(600_000)));
  await until(() => at.heard.length >= 2, { what: "both" });
  deepStrictEqual(at.heard, ["a: 11111", "a: 22222"]);
  strictEqual(at.failed.length, 0);
});
