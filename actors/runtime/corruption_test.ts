import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  actorSubject,
  type Address,
  decodeJson,
  encodeJson,
  openStreamPurger,
  openStreamReader,
  snapshotSubject,
} from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { held, job } from "./_job.ts";
import { logOf, startNode, type TestNode } from "./_nodes_testing.ts";
import type { Unusable } from "./snapshots.ts";

const address: Address = { kind: "counter", id: "a" }, other = { kind: "counter", id: "b" };
const add = (n: number) => ({ type: "ADD", n });

/** A node with two actors in its memory, whose logs are not checked in the end. */
async function started() {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(await testBus());
  const node = stack.use(await startNode("n1", { kinds: [counter], realm: bus.realm }));
  for (const at of [address, other]) await node.send(at, add(1));
  const parts = stack.move();
  return { bus, node, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** The bytes of the last commit, as the store has them. */
async function lastBytes({ bus }: Pick<TestNode, "bus">): Promise<Uint8Array> {
  const reader = await openStreamReader(bus);
  return (await reader.last("EVENTS", actorSubject(bus.realm, address)))?.data ?? new Uint8Array();
}

const flip = (at: number) => (bytes: Uint8Array) =>
  bytes.map((byte, i) => i === (at < 0 ? bytes.length + at : at) ? byte ^ 0xff : byte);

const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ["a flipped first byte", flip(0)],
  ["a flipped byte in the middle", flip(9)],
  ["a flipped last byte", flip(-1)],
  ["its second half lost", (bytes) => bytes.slice(0, bytes.length / 2)],
  ["nothing in it", () => new Uint8Array()],
  ["no event in it", () => new TextEncoder().encode("[]")],
  ["something else in it", () => new TextEncoder().encode('[{"id":"x"}]')],
];

for (const [what, damage] of damages) {
  Deno.test(`a commit with ${what} is named by whoever needs it, and no other actor suffers`, async () => {
    await using at = await started();
    const { node, bus } = at;
    const subject = actorSubject(bus.realm, address);
    const headers = { "Hub-Kind": "counter", "Hub-Version": "1", "Hub-Count": "1" };
    const { seq } = await bus.requests.publish(subject, damage(await lastBytes(at)), { headers });
    const message = `Cannot read message ${seq} of ${subject}: it is no commit of an actor`;
    const refusal = { code: "UNAVAILABLE", message };
    await rejects(node.host.get(address), refusal);
    await rejects(node.send(address, add(1)), refusal);
    await rejects(node.host.stop(address), refusal);
    await rejects(logOf(bus, address), { message });
    await node.send(other, add(2));
    deepStrictEqual((await node.host.get(other))?.context, { count: 3 });
    await using second = await startNode("n2", { kinds: [counter], realm: bus.realm });
    await rejects(second.host.get(address), refusal);
    deepStrictEqual((await second.host.get(other))?.context, { count: 3 });
  });
}

Deno.test("an event that its machine cannot fold any more is named with its actor", async () => {
  await using at = await testBus();
  const { bus } = at, { realm } = bus;
  {
    await using node = await startNode("n1", { kinds: [counter], realm });
    await node.send(address, add(1));
  }
  const broken = {
    ...counter,
    version: 2,
    upcast: () => {
      throw new Error("no such event");
    },
  };
  await using node = await startNode("n2", { kinds: [broken], realm });
  const [first] = await logOf(bus, address);
  await rejects(node.host.get(address), {
    code: "UNAVAILABLE",
    message: `Cannot take up message ${first?.seq} of counter/a: no such event`,
  });
});

Deno.test("a damaged log keeps no other actor from being taken up by the next node, and is told of", async () => {
  await using at = await testBus();
  const { bus } = at, { realm } = bus;
  const addresses = ["a", "b", "c"].map((id): Address => ({ kind: "job", id }));
  {
    await using node = await startNode("n1", { kinds: [job(held().work)], realm });
    for (const one of addresses) await node.send(one, { type: "GO" });
    await node.crash();
  }
  const [bad = address, ...good] = addresses;
  await bus.requests.publish(actorSubject(realm, bad), "garbage");
  const { work, runs } = held();
  const told: (Address | undefined)[] = [];
  await using _next = await startNode("n2", {
    ...{ kinds: [job(work)], realm },
    onError: (error, about) => {
      ok(error instanceof Error && error.message.startsWith("Cannot read message"));
      told.push(about.address);
    },
  });
  await until(() => runs.length === good.length && told.length > 0, {
    what: "all to be looked at",
  });
  deepStrictEqual(told, [bad]);
});

for (const then of ["nothing", "another log"]) {
  Deno.test(`a snapshot of a log that was removed, and ${then} written since, is told of and not used`, async () => {
    await using at = await testBus();
    const { bus } = at, { realm } = bus;
    {
      await using node = await startNode("n1", { kinds: [counter], realm });
      await node.send(address, add(7));
    }
    const purger = await openStreamPurger(bus);
    await purger.purge("EVENTS", actorSubject(realm, address));
    const body = JSON.stringify([
      { id: "start", event: { type: "xstate.init" }, cause: { from: "start" }, at: 0 },
    ]);
    if (then !== "nothing") {
      const headers = { "Hub-Version": "1" };
      await bus.requests.publish(actorSubject(realm, address), body, { headers });
    }
    const told: Unusable[] = [];
    await using node = await startNode("n2", {
      ...{ kinds: [counter], realm, onUnusable: (_, why) => void told.push(why) },
    });
    await node.send(address, add(1));
    deepStrictEqual((await node.host.get(address))?.context, { count: 1 });
    strictEqual(told[0], "of another log");
  });
}

Deno.test("a snapshot that could be restored and does not say how much of the log it holds is told of and not used", async () => {
  await using at = await testBus();
  const { bus } = at, { realm } = bus, subject = snapshotSubject(realm, address);
  {
    await using node = await startNode("n1", { kinds: [counter], realm });
    await node.send(address, add(7));
  }
  const saved = await (await openStreamReader(bus)).last("SNAPSHOTS", subject);
  const snapshot = decodeJson(saved?.data ?? new Uint8Array());
  ok(typeof snapshot === "object" && snapshot !== null && "seq" in snapshot);
  // Believed, all of the log would be folded on top of it.
  await bus.requests.publish(subject, encodeJson({ ...snapshot, seq: 0 }));
  const told: Unusable[] = [];
  await using node = await startNode("n2", {
    ...{ kinds: [counter], realm, onUnusable: (_, why) => void told.push(why) },
  });
  deepStrictEqual((await node.host.get(address))?.context, { count: 7 });
  deepStrictEqual(told, ["damaged"]);
});
