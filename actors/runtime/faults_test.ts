import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Address, BusError } from "@hub/bus";
import { inBackground } from "../../tests/harness/background.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { type Proxy, startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { createWorld, eventsOf, logOf, sendUntilAnswered, startNode } from "./_nodes_testing.ts";
import { createRandom, type Random } from "./_random.ts";
import { clockwork, echo } from "./_clockwork.ts";
import { type Answer, CommandError } from "./command.ts";

/** A few faults are a part of every run; `deno task faults` has more of them, of any seed. */
const SEED = Number(Deno.env.get("HUB_TEST_FAULTS_SEED") ?? 7);
const FAULTS = Number(Deno.env.get("HUB_TEST_FAULTS") ?? 5);
const NAMES = ["n1", "n2", "n3"];
const addresses = Array.from(
  { length: 6 },
  (_, i): Address => ({ kind: "clockwork", id: `a${i}` }),
);
const kinds = [clockwork, echo];

/** A node behind a relay of its own, that may be cut off, frozen, crashed and started again. */
async function startUnlucky(name: string, { realm, servers }: { realm: string; servers: string }) {
  const proxy = startProxy({ port: Number(new URL(servers).port) });
  const start = () =>
    startNode(name, {
      ...{ kinds, realm, ttlMs: 2_000, servers: `nats://127.0.0.1:${proxy.port}` },
    });
  let node = await start();
  return {
    proxy,
    get node() {
      return node;
    },
    async restart() {
      await node.crash();
      await node[Symbol.asyncDispose]();
      // The id is taken until the others have given it up.
      node = await until(start, { what: `${name} to come back` });
    },
    async [Symbol.asyncDispose]() {
      proxy.heal();
      await node[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** A node that is gone cannot be asked again, but another one can. */
function elsewhere(error: unknown): never {
  if (!(error instanceof BusError) || error.code !== "CLOSED") throw error;
  throw new CommandError("UNAVAILABLE", "That node is gone", { cause: error });
}

/** Something between a blink and longer than the others wait. */
async function during(random: Random, { proxy }: { proxy: Proxy }, act: "cut" | "freeze") {
  proxy[act]();
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 50 + random(3_000));
  await promise;
  proxy.heal();
}

Deno.test({
  name:
    `whatever happens to nodes and server, nothing acknowledged is lost and nothing happens twice (seed ${SEED})`,
  fn: async () => {
    const random = createRandom(SEED);
    await using nats = await startNatsNode({ program: testEnvironment().natsServer });
    await using world = await createWorld({ kinds, servers: nats.url });
    const at = { realm: world.realm, servers: nats.url };
    await using stack = new AsyncDisposableStack();
    const nodes: Awaited<ReturnType<typeof startUnlucky>>[] = [];
    for (const name of NAMES) nodes.push(stack.use(await startUnlucky(name, at)));
    const answers = new Map<string, Answer>();
    const client = async (address: Address, goesOn: () => boolean) => {
      const order: string[] = [];
      for (let i = 0; goesOn(); i++) {
        const id = `${address.id}-${i}`;
        const event = i % 8 === 0 ? { type: "WIND", me: address.id } : { type: "TICK" };
        const answer = await sendUntilAnswered(() => {
          const { node } = nodes[random(nodes.length)] ?? {};
          ok(node);
          return node.send(address, event, id).catch(elsewhere);
        });
        answers.set(id, answer);
        order.push(id);
      }
      return order;
    };
    await using clients = inBackground((goesOn) =>
      addresses.map((address) => client(address, goesOn))
    );

    for (let fault = 0; fault < FAULTS; fault++) {
      const unlucky = nodes[random(nodes.length)];
      ok(unlucky);
      const enough = answers.size + 30;
      switch (fault % 4) {
        case 0:
          await during(random, unlucky, "freeze");
          break;
        case 1:
          await unlucky.restart();
          break;
        case 2:
          nats.signal("SIGKILL");
          await nats.restart();
          break;
        case 3:
          await during(random, unlucky, "cut");
      }
      await clients.until(() => answers.size >= enough, {
        what: "answers after the fault",
        timeoutMs: 60_000,
      });
    }
    const orders = await clients.stop();

    for (const [i, address] of addresses.entries()) {
      let seen: unknown;
      await until(async () => {
        const view = await nodes[0]?.node.host.get(address);
        seen = view;
        return view?.value === "still";
      }, { what: `${address.id} to come to rest`, timeoutMs: 40_000 }).catch(async (cause) => {
        const tail = (await eventsOf(world.bus, address)).slice(-12)
          .map(({ id, event, at }) => `${at} ${id} ${event.type}`);
        throw new Error(`It stays ${JSON.stringify(seen)} after ${tail.join("; ")}`, { cause });
      });
      const events = await eventsOf(world.bus, address);
      const ids = events.map(({ id }) => id);
      strictEqual(new Set(ids).size, ids.length, "nothing twice");
      const mine = new Set(orders[i]);
      deepStrictEqual(ids.filter((id) => mine.has(id)), orders[i], "all of it, in order");
      const of = (type: string) => events.filter(({ event }) => event.type === type).length;
      strictEqual(of("xstate.done.actor.spring"), of("WIND"), "each effect ended once");
      strictEqual(of("RANG"), of("WIND"), "each timer fired once");
      strictEqual(of("HEARD"), of("WIND"), "each message came back once");
    }
    const positions = new Map<string, Pick<Answer, "seq" | "index">>();
    for (const address of addresses) {
      for (const { seq, events } of await logOf(world.bus, address)) {
        for (const [index, { id }] of events.entries()) positions.set(id, { seq, index });
      }
    }
    for (const [id, { seq, index }] of answers) {
      deepStrictEqual({ seq, index }, positions.get(id), `the answer to ${id} agrees with the log`);
    }
  },
});
