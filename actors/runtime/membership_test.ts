import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Address } from "@hub/bus";
import { inBackground } from "../../tests/harness/background.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { until } from "../../tests/harness/until.ts";
import { lamp } from "./_lamp.ts";
import {
  createWorld,
  eventsOf,
  ownedBy,
  sendUntilAnswered,
  startNode,
  type TestNode,
  type TestWorld,
} from "./_nodes_testing.ts";

// One caller is held up for seconds while another goes on.
const kinds = [{ ...lamp, remember: 5_000 }];
const addresses = Array.from({ length: 30 }, (_, i): Address => ({ kind: "lamp", id: `a${i}` }));
const NEXT = { type: "NEXT" };

/** Waits until all of them see the same nodes. */
async function agree(nodes: readonly TestNode[], names: readonly string[]): Promise<void> {
  const placed = ({ host }: TestNode) => new Set(addresses.map((one) => host.owner(one)));
  await until(() => nodes.every((one) => names.every((name) => placed(one).has(name))), {
    what: `all to see ${names.join(", ")}`,
  });
}

/** Each acknowledged command is in the log, once. */
async function checkLogs({ bus }: TestWorld, sent: ReadonlyMap<Address, readonly string[]>) {
  for (const [address, mine] of sent) {
    const ids = (await eventsOf(bus, address)).slice(1).map(({ id }) => id);
    strictEqual(new Set(ids).size, ids.length, "nothing twice");
    deepStrictEqual(mine.filter((id) => !ids.includes(id)), [], "nothing lost");
  }
}

/** Sends to all actors, one command after the other to each, until it is told to stop. */
function startCallers(send: (address: Address, id: string) => Promise<unknown>, name = "c") {
  const sent = new Map(addresses.map((address): [Address, string[]] => [address, []]));
  let count = 0;
  const callers = inBackground((goesOn) =>
    addresses.map(async (address) => {
      for (let i = 0; goesOn(); i++) {
        await send(address, `${name}${i}`);
        sent.get(address)?.push(`${name}${i}`);
        count++;
      }
    })
  );
  return {
    ...callers,
    sent,
    async more(commands: number) {
      const enough = count + commands;
      await callers.until(() => count >= enough, { what: `${commands} commands` });
    },
  };
}

/** What takes five seconds on a machine of its own may take longer beside other tests. */
const SOON_MS = 15_000;

/** Where no node dies, none is given up either because it stood still. */
const CALM_MS = 15_000;

Deno.test("a node that joins takes its share of the actors, and no command fails", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using one = await startNode("n1", { kinds, realm, ttlMs: CALM_MS });
  await using callers = startCallers((address, id) => one.send(address, NEXT, id));
  await callers.more(100);
  strictEqual(one.host.active, 30);
  await using two = await startNode("n2", { kinds, realm, ttlMs: CALM_MS });
  await agree([one, two], ["n1", "n2"]);
  const share = addresses.filter((address) => one.host.owner(address) === "n2").length;
  ok(share > 5 && share < 25, `${share} of 30`);
  await until(() => two.host.active === share && one.host.active === 30 - share, {
    what: "each to have its own",
  });
  await callers.more(100);
  await callers.stop();
  await checkLogs(world, callers.sent);
});

Deno.test("a node that leaves hands its actors over, and not one command fails, retried by nobody", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using one = await startNode("n1", { kinds, realm, ttlMs: CALM_MS });
  const two = await startNode("n2", { kinds, realm, ttlMs: CALM_MS });
  await agree([one, two], ["n1", "n2"]);
  await using callers = startCallers((address, id) => one.send(address, NEXT, id));
  await callers.more(300);
  await two[Symbol.asyncDispose]();
  await callers.more(300);
  await callers.stop();
  strictEqual(one.host.active, 30);
  await checkLogs(world, callers.sent);
});

Deno.test("the actors of a node that dies answer elsewhere at once, and what it had in hand within five seconds", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  const ttlMs = 3_000; // The default.
  await using one = await startNode("n1", { kinds, realm, ttlMs });
  await using two = await startNode("n2", { kinds, realm, ttlMs });
  await agree([one, two], ["n1", "n2"]);
  let slowest = 0;
  await using callers = startCallers(async (address, id) => {
    const startedAt = performance.now();
    await sendUntilAnswered(() => one.send(address, NEXT, id));
    slowest = Math.max(slowest, performance.now() - startedAt);
  });
  await callers.more(300);
  await two.crash();
  await callers.more(100);
  await until(() => addresses.every((address) => one.host.owner(address) === "n1"), {
    what: "the node to be given up",
  });
  await callers.stop();
  ok(slowest < SOON_MS, `a command took ${slowest} ms`);
  await checkLogs(world, callers.sent);
});

Deno.test("a node that is frozen and goes on does no harm: its actors answer elsewhere, and one history stays", async () => {
  const { natsUrl } = testEnvironment();
  await using proxy = startProxy({ port: Number(new URL(natsUrl).port) });
  await using world = await createWorld({ kinds });
  const { realm } = world;
  const ttlMs = 3_000;
  await using one = await startNode("n1", { kinds, realm, ttlMs });
  const servers = `nats://127.0.0.1:${proxy.port}`;
  await using two = await startNode("n2", { kinds, realm, ttlMs, servers });
  await agree([one, two], ["n1", "n2"]);
  let slowest = 0;
  await using healthy = startCallers(async (address, id) => {
    const startedAt = performance.now();
    await sendUntilAnswered(() => one.send(address, NEXT, id));
    slowest = Math.max(slowest, performance.now() - startedAt);
  });
  await using frozen = startCallers(
    (address, id) => sendUntilAnswered(() => two.send(address, NEXT, id)),
    "f",
  );
  await Promise.all([healthy.more(300), frozen.more(300)]);
  proxy.freeze();
  const foreign = ownedBy("n2", { kind: "lamp", among: ["n1", "n2"] });
  await until(() => one.host.owner(foreign) === "n1", { what: "the frozen node to be given up" });
  await healthy.more(300);
  proxy.heal();
  await agree([one, two], ["n1", "n2"]);
  await Promise.all([healthy.more(300), frozen.more(300)]);
  await Promise.all([healthy.stop(), frozen.stop()]);
  ok(slowest < SOON_MS, `a command took ${slowest} ms`);
  await checkLogs(world, healthy.sent);
  await checkLogs(world, frozen.sent);
});
