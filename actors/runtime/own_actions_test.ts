import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { setup } from "xstate";
import { until } from "../../tests/harness/until.ts";
import { dyingActor } from "./_dying.ts";
import { createWorld, logOf, startNode } from "./_nodes_testing.ts";
import { defineActor } from "./definition.ts";
import { idempotencyKey } from "./idempotency_key.ts";

const address = { kind: "diary", id: "a" };

/** A machine with actions of its own, which note by which key they ran. */
function diary() {
  const noted: string[] = [];
  const note = (what: string) => (args: object) => {
    noted.push(`${what} ${idempotencyKey(args)}`);
  };
  const kind = defineActor({
    kind: "diary",
    version: 1,
    events: Type.Object({ type: Type.Union([Type.Literal("NOTE"), Type.Literal("FAIL")]) }),
    machine: setup({
      actions: {
        first: note("first"),
        second: note("second"),
        throws: () => {
          throw new Error("thrown");
        },
        rejects: () => Promise.reject(new Error("rejected")),
      },
    }).createMachine({
      on: { NOTE: { actions: ["first", "second"] }, FAIL: { actions: ["throws", "rejects"] } },
    }),
  });
  return { kind, noted };
}

Deno.test("a machine's own actions run once after the commit, in order, each with a key of its own", async () => {
  const { kind, noted } = diary();
  await using node = await startNode("n1", { kinds: [kind] });
  const { seq } = await node.send(address, { type: "NOTE" }, "once");
  await node.send(address, { type: "NOTE" }, "once");
  deepStrictEqual(noted, [
    `first diary/a/${seq}.0/0.first`,
    `second diary/a/${seq}.0/1.second`,
  ]);
});

Deno.test("an action that fails is told of, and the actor goes on", async () => {
  const { kind, noted } = diary();
  const told: string[] = [];
  await using node = await startNode("n1", {
    kinds: [kind],
    onError: (error) => void told.push(error instanceof Error ? error.message : ""),
  });
  await node.send(address, { type: "FAIL" });
  await node.send(address, { type: "NOTE" });
  await until(() => told.length === 2, { what: "both to be told" });
  deepStrictEqual([told, noted.length], [["thrown", "rejected"], 2]);
});

Deno.test("an action that a crash has kept from running runs at the next node, by the same key", async () => {
  const { kind, noted } = diary();
  await using world = await createWorld({ kinds: [kind] });
  const { bus, realm } = world;
  const dying = await dyingActor(bus, { kind, address });
  await dying.send({ id: "c", event: { type: "NOTE" }, cause: { from: "caller" } });
  deepStrictEqual(noted, []);
  await using _node = await startNode("n1", { kinds: [kind], realm });
  await until(() => noted.length === 2, { what: "the actions" });
  const [, commit] = await logOf(bus, address);
  ok(commit);
  strictEqual(noted[0], `first diary/a/${commit.seq}.0/0.first`);
});
