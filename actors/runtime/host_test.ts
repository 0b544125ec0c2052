import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type Bus, joinMembership } from "@hub/bus";
import { inBackground } from "../../tests/harness/background.ts";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { createWorld } from "./_nodes_testing.ts";
import type { Command } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { type Host, openHost } from "./host.ts";
import { openActorLog } from "./log.ts";

let ids = 0;

function add(n: number, id = `c${ids++}`): Command {
  return { id, event: { type: "ADD", n }, cause: { from: "caller" } };
}

interface Node extends AsyncDisposable {
  readonly host: Host;
  readonly bus: Bus;
  readonly realm: string;
}

/** A node with a host on it. */
async function startNode(node: string, realm?: string, kind: ActorKind = counter): Promise<Node> {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(
    await (realm === undefined ? createWorld({ kinds: [kind] }) : testBus({ realm })),
  );
  const membership = stack.use(await joinMembership(bus, { node }));
  const host = stack.use(await openHost({ bus, membership, kinds: [kind] }));
  const parts = stack.move();
  return { host, bus, realm: bus.realm, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

async function totalIn(realm: string, id: string): Promise<number> {
  await using at = await testBus({ realm });
  const log = await openActorLog(at.bus);
  let total = 0;
  for await (const { events } of log.read({ kind: "counter", id })) {
    for (const { event } of events) total += typeof event.n === "number" ? event.n : 0;
  }
  return total;
}

Deno.test("commands sent at any of three nodes reach the actor at its owner", async () => {
  await using one = await startNode("n1");
  await using two = await startNode("n2", one.realm);
  await using three = await startNode("n3", one.realm);
  const hosts = [one.host, two.host, three.host];
  const addresses = Array.from({ length: 12 }, (_, i) => ({ kind: "counter", id: `a${i}` }));
  await Promise.all(hosts.flatMap((host) =>
    addresses.map(async (address) => {
      for (let i = 0; i < 5; i++) await host.send(address, add(1));
    })
  ));
  for (const { id } of addresses) strictEqual(await totalIn(one.realm, id), 15);
  strictEqual(hosts.reduce((sum, { active }) => sum + active, 0), 12, "each lives at one node");
  ok(hosts.every(({ active }) => active > 0), "the actors are spread");
});

Deno.test("what one caller sends at once to an actor that nobody has is taken in its order", async () => {
  await using node = await startNode("n1");
  const address = { kind: "counter", id: "new" };
  const answers = await Promise.all([1, 2, 3].map((n) => node.host.send(address, add(n))));
  const log = await openActorLog(node.bus);
  const records = await Array.fromAsync(log.read(address));
  deepStrictEqual(
    answers.map(({ seq, index }) => records.find((one) => one.seq === seq)?.events[index]?.event.n),
    [1, 2, 3],
  );
  deepStrictEqual(
    records.flatMap(({ events }) => events.map(({ event }) => event.n ?? 0)),
    [0, 1, 2, 3],
  );
});

Deno.test("a node that leaves hands its actors over, and no command fails", async () => {
  await using one = await startNode("n1");
  const two = await startNode("n2", one.realm);
  const addresses = Array.from({ length: 10 }, (_, i) => ({ kind: "counter", id: `a${i}` }));
  let sent = 0;
  await using callers = inBackground((goesOn) =>
    addresses.map(async (address) => {
      while (goesOn()) {
        const command = add(1);
        await until(() => one.host.send(address, command), { what: "an answer" });
        sent++;
      }
    })
  );
  await callers.until(() => sent > 50, { what: "some commands" });
  await two[Symbol.asyncDispose]();
  const before = sent;
  await callers.until(() => sent > before + 50, { what: "commands after the node has left" });
  await callers.stop();
  const totals = await Promise.all(addresses.map(({ id }) => totalIn(one.realm, id)));
  strictEqual(totals.reduce((sum, total) => sum + total, 0), sent);
});

Deno.test("an actor that nobody needs leaves memory, and is there again when it is needed", async () => {
  await using node = await startNode("n1", undefined, { ...counter, passivateAfterMs: 30 });
  const address = { kind: "counter", id: "a" };
  await node.host.send(address, add(4));
  strictEqual(node.host.active, 1);
  await until(() => node.host.active === 0, { what: "the actor to leave memory" });
  await node.host.send(address, add(5));
  strictEqual(await totalIn(node.realm, "a"), 9);
});

Deno.test("a kind that no module declares is refused by name", async () => {
  await using node = await startNode("n1");
  await rejects(node.host.send({ kind: "nope", id: "a" }, add(1)), {
    code: "VALIDATION_ERROR",
    message: 'There is no kind of actor "nope"',
  });
});

Deno.test("a refusal crosses nodes with its code", async () => {
  await using one = await startNode("n1");
  await using two = await startNode("n2", one.realm);
  const wrong: Command = { ...add(1), event: { type: "ADD", n: "x" } };
  const codes = new Set<unknown>();
  for (let i = 0; i < 8; i++) {
    for (const { host } of [one, two]) {
      await host.send({ kind: "counter", id: `a${i}` }, { ...wrong, id: `w${ids++}` })
        .catch((error) => codes.add(error.code));
    }
  }
  deepStrictEqual([...codes], ["VALIDATION_ERROR"]);
});
