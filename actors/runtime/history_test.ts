import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { raise, setup } from "xstate";
import type { Address } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { lamp } from "./_lamp.ts";
import {
  createWorld,
  eventsOf,
  logOf,
  sendUntilAnswered,
  startNode,
  type TestNode,
} from "./_nodes_testing.ts";
import { createRandom } from "./_random.ts";
import { foldContext } from "./_simulate.ts";
import { createActiveActor } from "./actor.ts";
import type { Answer, Command } from "./command.ts";
import { defineActor } from "./definition.ts";
import { STOP } from "./family.ts";
import { fold } from "./fold.ts";
import { forward } from "./forward.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import type { Loaded } from "./persist.ts";
import { START } from "./record.ts";
import { openSnapshots } from "./snapshots.ts";
import { keyOf } from "./state.ts";

/** Opens and closes, and is locked some time after it was told so. */
const door = defineActor({
  kind: "door",
  version: 1,
  events: Type.Object({
    type: Type.Union(["OPEN", "CLOSE", "LOCK", "CLICK"].map((type) => Type.Literal(type))),
  }),
  machine: setup({}).createMachine({
    initial: "closed",
    states: {
      closed: {
        on: {
          OPEN: "open",
          CLICK: "locked",
          LOCK: { actions: raise({ type: "CLICK" }, { id: "lock", delay: 60_000 }) },
        },
      },
      open: { on: { CLOSE: "closed" } },
      locked: {},
    },
  }),
});

const address: Address = { kind: "lamp", id: "a" };
const kinds = [lamp];

/** Has `node` take a command for its own, whoever owns the actor. */
async function sendAt({ bus }: TestNode, node: string, command: Command): Promise<Answer> {
  return await sendUntilAnswered(async () => {
    const answer = await forward(bus, { node, address, command });
    ok(answer);
    return answer;
  });
}

function command(id: string, type: string): Command {
  return { id, event: { type }, cause: { from: "caller" } };
}

/** What the log says that each command led to. */
function outcomes(log: Awaited<ReturnType<typeof logOf>>): Map<string, Answer> {
  const found = new Map<string, Answer>();
  let loaded: Loaded | undefined;
  for (const record of log) {
    let { snapshot: before } = loaded?.state ?? {};
    let index = 0;
    loaded = fold(foldContext(lamp), loaded, record, ({ state: { snapshot } }) => {
      const changed = before === undefined || before.value !== snapshot.value ||
        before.context !== snapshot.context;
      const id = record.events[index]?.id ?? "";
      strictEqual(found.has(id), false, `${id} is in the log twice`);
      found.set(id, { seq: record.seq, index: index++, value: snapshot.value, changed });
      before = snapshot;
    });
  }
  return found;
}

for (const seed of [1, 2, 3]) {
  Deno.test(`nodes that all take an actor for their own write one history, and each answer agrees with it (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const names = ["n1", "n2", "n3"];
    await using world = await createWorld({ kinds });
    await using nodes = new AsyncDisposableStack();
    const started: TestNode[] = [];
    for (const name of names) {
      started.push(nodes.use(await startNode(name, { kinds, realm: world.realm })));
    }
    const [from] = started;
    ok(from);
    const answered: { id: string; answer: Answer }[] = [];
    const clients = Array.from({ length: 6 }, async (_, client) => {
      const sent: Command[] = [];
      for (let i = 0; i < 12; i++) {
        const mine = command(`${client}-${i}`, random(2) === 0 ? "NEXT" : "BACK");
        sent.push(mine);
        // To one node or to two at once, and now and then an old one once more.
        const again = sent[random(sent.length)] ?? mine;
        const batch = [
          mine,
          ...(random(3) === 0 ? [mine] : []),
          ...(random(4) === 0 ? [again] : []),
        ];
        await Promise.all(batch.map(async (one) => {
          const answer = await sendAt(from, names[random(names.length)] ?? "", one);
          answered.push({ id: one.id, answer });
        }));
      }
    });
    await Promise.all(clients);
    const log = await logOf(world.bus, address);
    const said = outcomes(log);
    strictEqual(said.size, 1 + 6 * 12);
    for (const { id, answer } of answered) deepStrictEqual(answer, said.get(id), id);
    for (let client = 0; client < 6; client++) {
      const order = [...said.keys()].filter((id) => id.startsWith(`${client}-`));
      deepStrictEqual(order, Array.from({ length: 12 }, (_, i) => `${client}-${i}`));
    }
  });
}

Deno.test("a command is answered alike however often it is sent, before and after crashes, within the last thousand", async () => {
  await using world = await createWorld({ kinds });
  await using first = await startNode("n1", { kinds, realm: world.realm });
  const answer = await first.send(address, { type: "NEXT" }, "same");
  deepStrictEqual(await first.send(address, { type: "NEXT" }, "same"), answer);
  await first.crash();
  await using second = await startNode("n2", { kinds, realm: world.realm });
  const repeat = () => second.send(address, { type: "NEXT" }, "same");
  deepStrictEqual(await sendUntilAnswered(repeat), answer);
  const others = async (count: number) => {
    for (let left = count; left > 0; left -= 500) {
      await Promise.all(
        Array.from({ length: Math.min(left, 500) }, () => second.send(address, { type: "NEXT" })),
      );
    }
  };
  // With the start and itself: the oldest but one of a thousand.
  await others(998);
  deepStrictEqual(await repeat(), answer);
  await others(1);
  // That forgot the start; one more forgets it.
  deepStrictEqual(await repeat(), answer);
  await others(1);
  ok((await repeat()).seq > answer.seq, "a thousand later it is a new command");
});

Deno.test("what commands led to is kept in the snapshot, and counts on there", async () => {
  const kind = { ...lamp, passivateAfterMs: 20 };
  await using node = await startNode("n1", { kinds: [kind] });
  const answers = await Promise.all(
    ["a", "b", "c"].map((id) => node.send(address, { type: "NEXT" }, id)),
  );
  await until(() => node.host.active === 0, { what: "the actor to leave memory" });
  for (const [at, id] of ["a", "b", "c"].entries()) {
    deepStrictEqual(await node.send(address, { type: "NEXT" }, id), answers[at]);
  }
  strictEqual((await eventsOf(node.bus, address)).length, 4);
});

Deno.test("sixty-four callers of one actor make far fewer messages than commands", async () => {
  await using node = await startNode("n1", { kinds });
  await Promise.all(Array.from({ length: 64 }, async () => {
    for (let i = 0; i < 10; i++) await node.send(address, { type: "NEXT" });
  }));
  const log = await logOf(node.bus, address);
  strictEqual(log.flatMap(({ events }) => events).length, 641);
  ok(log.length <= 320, `${log.length} messages`);
});

Deno.test("a refusal is never given by a node that is behind the log", async () => {
  await using world = await createWorld({ kinds: [door] });
  const ownerOf = async () =>
    createActiveActor({
      ...{ kind: door, scope: createMachineScope(door.machine), now: () => 0 },
      log: await openActorLog(world.bus),
      snapshots: await openSnapshots(world.bus),
      duties: { prepare: () => undefined, perform: () => undefined },
    }, { kind: "door", id: "a" });
  const one = await ownerOf(), two = await ownerOf();
  await one.send(command("1", "OPEN"));
  await two.send(command("2", "CLOSE"));
  // The first one still takes it to be open.
  strictEqual((await one.send(command("3", "OPEN"))).value, "open");
  await two.send(command("4", "CLOSE"));
  await two.send(command("5", "LOCK"));
  const locked = (await two.read())?.state.timers.get("lock");
  ok(locked);
  const cause = { from: "timer", id: "lock", key: keyOf(locked.since, "lock") } as const;
  // Nor does it take for stale what it does not know of yet.
  const answer = await one.send({ id: "timer", event: { type: "CLICK" }, cause });
  strictEqual(answer.value, "locked");
});

Deno.test("an actor of which nothing can be read yet is not taken for one that never began", async () => {
  await using world = await createWorld({ kinds: [door] });
  const at = { kind: "door", id: "a" };
  const log = await openActorLog(world.bus);
  let isBehind = true;
  const actor = createActiveActor({
    ...{ kind: door, scope: createMachineScope(door.machine), now: () => 0 },
    log: {
      ...log,
      // As a server answers that is behind the others.
      read: (address, options) => {
        const asked = isBehind ? { from: Number.MAX_SAFE_INTEGER } : options;
        isBehind = false;
        return log.read(address, asked);
      },
    },
    snapshots: await openSnapshots(world.bus),
    duties: { prepare: () => undefined, perform: () => undefined },
  }, at);
  const start = { id: "start", event: START, cause: { from: "start" }, at: 0 } as const;
  await log.append(at, { events: [start], version: 1, after: 0 });
  const answer = await actor.send({ id: "stop", event: STOP, cause: { from: "stop" } });
  ok(answer.changed);
});
