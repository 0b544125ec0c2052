import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { enqueueActions, sendTo, setup } from "xstate";
import { until } from "../../tests/harness/until.ts";
import { gated } from "./_gated.ts";
import { eventsOf, startNode, typesOf } from "./_nodes_testing.ts";
import { actorRef } from "./actor_ref.ts";
import { CommandError } from "./command.ts";
import { defineActor } from "./definition.ts";

const sink = { kind: "sink", id: "a" }, fountain = { kind: "fountain", id: "a" };

/** Takes all it is told. */
const takes = defineActor({
  kind: "sink",
  version: 1,
  events: Type.Object({ type: Type.Literal("DROP") }),
  machine: setup({}).createMachine({ on: { DROP: {} } }),
});

/** Tells the sink, or itself six times that it is to tell the sink. */
const tells = defineActor({
  kind: "fountain",
  version: 1,
  events: Type.Object({ type: Type.Union([Type.Literal("POUR"), Type.Literal("SPRAY")]) }),
  machine: setup({
    actions: {
      spray: enqueueActions(({ enqueue }) => {
        for (let i = 0; i < 6; i++) enqueue.sendTo(actorRef(fountain), { type: "MORE" });
      }),
    },
  }).createMachine({
    on: {
      POUR: { actions: sendTo(actorRef(sink), { type: "DROP" }) },
      MORE: { actions: sendTo(actorRef(sink), { type: "DROP" }) },
      SPRAY: { actions: "spray" },
    },
  }),
});

const kinds = [takes, tells];

Deno.test("an actor with too much that is not delivered refuses its callers with advice to try again, and takes them later", async () => {
  const commits = gated("evt.sink");
  await using node = await startNode("n1", { kinds, maxUndone: 4, through: commits.through });
  using _open = { [Symbol.dispose]: () => commits.open() };
  commits.close();
  for (let i = 0; i < 4; i++) await node.send(fountain, { type: "POUR" }, `pour-${i}`);
  await until(() => commits.waiting === 1, { what: "the sink to be slow" });
  await rejects(node.send(fountain, { type: "POUR" }, "pour-4"), {
    code: "RATE_LIMITED",
    retryable: true,
    message: /too much of what it asked for is not done yet, try again later/,
  });
  strictEqual((await eventsOf(node.bus, fountain)).some(({ id }) => id === "pour-4"), false);
  commits.open();
  await until(() => node.send(fountain, { type: "POUR" }, "pour-4"), { what: "it to be taken" });
  await until(async () => (await typesOf(node.bus, sink)).length === 6, { what: "all to arrive" });
  deepStrictEqual(await typesOf(node.bus, sink), ["xstate.init", ...Array(5).fill("DROP")]);
});

Deno.test("what comes from within is taken above that bound, or an actor that waits for itself would wait for ever", async () => {
  await using node = await startNode("n1", { kinds, maxUndone: 4 });
  await node.send(fountain, { type: "SPRAY" });
  await until(async () => (await typesOf(node.bus, sink)).length === 7, { what: "all to arrive" });
});

Deno.test("what has no end is stopped all the same, before it fills the memory", async () => {
  const commits = gated("evt.sink");
  await using node = await startNode("n1", { kinds, maxUndone: 1, through: commits.through });
  using _open = { [Symbol.dispose]: () => commits.open() };
  commits.close();
  const command = (nth: number) =>
    node.host.send(fountain, {
      ...{ id: `from-within-${nth}`, event: { type: "POUR" } },
      cause: { from: "actor", address: "sink/b" },
    });
  let refused: unknown;
  for (let nth = 0; nth < 20 && refused === undefined; nth++) {
    await command(nth).catch((error) => refused = error);
  }
  ok(refused instanceof CommandError && refused.code === "RATE_LIMITED");
  strictEqual((await eventsOf(node.bus, fountain)).length, 1 + 16);
});
