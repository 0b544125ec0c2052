/**
 * Watching actors, over the bus as the command line does.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { until } from "./harness/until.ts";
import { add, eventsOf, startCalled } from "./_called_testing.ts";

/** Takes items until one satisfies, and returns all. */
async function take(
  items: AsyncGenerator<Record<string, unknown>>,
  isLast: (item: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>[]> {
  const taken: Record<string, unknown>[] = [];
  for await (const item of items) {
    taken.push(item);
    if (isLast(item)) break;
  }
  return taken;
}

const counts = (items: readonly Record<string, unknown>[]) =>
  items.flatMap(({ emitted }) => Array.isArray(emitted) ? emitted : []).map(({ count }) => count);

Deno.test("a watch shows the present, then each event with what it changed and emitted", async () => {
  await using hub = await startCalled();
  await hub.call("send", add(1));
  const items = hub.watch();
  const { value: present } = await items.next();
  deepStrictEqual([present?.event, present?.context], [null, { count: 1 }]);
  await hub.call("send", add(2));
  const [item] = await take(items, () => true);
  deepStrictEqual(
    [item?.event, item?.changed, item?.context, item?.emitted],
    ["ADD", true, { count: 3 }, [{ type: "counted", count: 3 }]],
  );
});

Deno.test("a watch of an actor that has not begun waits for it", async () => {
  await using hub = await startCalled();
  const items = take(hub.watch(), ({ event }) => event === "ADD");
  await hub.call("send", add(1));
  deepStrictEqual((await items).map(({ event }) => event).at(-1), "ADD");
});

Deno.test("a watch that is taken up again from any position misses nothing and repeats nothing", async () => {
  await using hub = await startCalled();
  const writing = (async () => {
    for (let n = 0; n < 60; n++) await hub.call("send", add(1));
  })();
  // Left after every few items, and taken up from the last one.
  const seen: Record<string, unknown>[] = [];
  let from: unknown = "0.0";
  while (counts(seen).at(-1) !== 60) {
    const until = seen.length + 7;
    const items = await take(hub.watch({ from }), (item) => {
      seen.push(item);
      return seen.length >= until || counts(seen).at(-1) === 60;
    });
    from = items.at(-1)?.position;
  }
  await writing;
  deepStrictEqual(counts(seen), Array.from({ length: 60 }, (_, at) => at + 1));
  const positions = seen.map(({ position }) => position);
  deepStrictEqual(positions, (await eventsOf(hub)).map(({ position }) => position));
});

Deno.test("a watch tells of what a running effect emits, which has no position", async () => {
  await using hub = await startCalled();
  await hub.call("send", add(1));
  const items = hub.watch();
  await items.next();
  const taken = take(items, ({ position }) => position === undefined);
  await hub.call("send", { event: { type: "SHOUT" } });
  deepStrictEqual((await taken).at(-1), { emitted: [{ type: "shout" }] });
});

Deno.test("a watch that its caller leaves ends at the hub, too", async () => {
  await using hub = await startCalled();
  await hub.call("send", add(1));
  const running = async () => {
    const text = await (await fetch(`${hub.hub.url}/metrics`)).text();
    return /hub_calls_total\{operation="hub\.actors\/watch".*\} 1$/m.test(text);
  };
  const items = hub.watch();
  await items.next();
  strictEqual(await running(), false);
  await items.return(undefined);
  await until(running, { what: "the watch to be over" });
});
