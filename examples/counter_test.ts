import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type LiveMessage, parseLiveMessages } from "@hub/actors";
import { liveSubject } from "@hub/bus";
import { startNode, typesOf } from "../actors/runtime/_nodes_testing.ts";
import { until } from "../tests/harness/until.ts";
import counter from "./counter.ts";

const address = { kind: "counter", id: "apples" };

Deno.test("the counter counts, each counter for itself", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  await node.send(address, { type: "ADD", n: 2 });
  await node.send(address, { type: "ADD", n: -5 });
  await node.send({ kind: "counter", id: "pears" }, { type: "ADD", n: 1 });
  deepStrictEqual((await node.host.get(address))?.context, { count: -3 });
});

Deno.test("RESET sets it to zero", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  await node.send(address, { type: "ADD", n: 2 });
  await node.send(address, { type: "RESET" });
  deepStrictEqual((await node.host.get(address))?.context, { count: 0 });
});

Deno.test("each event is replied to with the count", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  const counts: unknown[] = [];
  const take = (message: LiveMessage) => {
    if ("event" in message) counts.push(message.event);
  };
  const listener = node.bus.connection.subscribe(liveSubject(node.realm, address), {
    callback: (_, { data }) => parseLiveMessages(data).forEach(take),
  });
  await node.bus.connection.flush();
  await node.send(address, { type: "ADD", n: 2 });
  await node.send(address, { type: "ADD", n: 3 });
  await node.send(address, { type: "RESET" });
  await until(() => counts.length === 3, { what: "three replies" });
  deepStrictEqual(counts, [2, 5, 0].map((count) => ({ type: "COUNTED", count })));
  listener.unsubscribe();
});

Deno.test("a command that is sent again with its id counts once", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  const first = await node.send(address, { type: "ADD", n: 2 }, "c1");
  deepStrictEqual(await node.send(address, { type: "ADD", n: 2 }, "c1"), first);
  deepStrictEqual((await node.host.get(address))?.context, { count: 2 });
});

Deno.test("what is no event of a counter is refused and leaves no trace", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  await node.send(address, { type: "ADD", n: 2 });
  for (const event of [{ type: "ADD", n: 1.5 }, { type: "ADD" }, { type: "COUNTED", count: 9 }]) {
    await rejects(node.send(address, event), { code: "VALIDATION_ERROR" });
  }
  strictEqual((await typesOf(node.bus, address, { own: false })).join(), "ADD");
});

Deno.test("the count survives the end of its node", async () => {
  await using second = await startNode("n2", { kinds: [counter] });
  {
    await using first = await startNode("n1", { kinds: [counter], realm: second.realm });
    await first.send(address, { type: "ADD", n: 7 });
  }
  await until(
    async () => JSON.stringify((await second.host.get(address))?.context) === '{"count":7}',
    { what: "the count at the other node" },
  );
});
