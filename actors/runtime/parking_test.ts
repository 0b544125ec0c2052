import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { actorSubject, openStreamPurger } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { sendTo, setup } from "xstate";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { eventsOf, ownedBy, startNode } from "./_nodes_testing.ts";
import { actorRef } from "./actor_ref.ts";
import { CommandError } from "./command.ts";
import { defineActor } from "./definition.ts";
import { createParking, type Parked } from "./parking.ts";

const about = {
  from: { kind: "sender", id: "a" },
  to: { kind: "counter", id: "b" },
  event: { type: "ADD", n: 1 },
};
const damaged = new CommandError("UNAVAILABLE", "damaged", { isLasting: true });
const busy = new CommandError("UNAVAILABLE", "busy");

/** A parking that says what it does. */
function watched() {
  const said: string[] = [];
  const parking = createParking({
    onParked: ({ to, error }) => said.push(`parked ${to.id}: ${String(error)}`),
    onUnparked: ({ to }) => said.push(`unparked ${to.id}`),
    ...{ tries: 3, longestMs: 1 },
  });
  return { said, parking };
}

/** Fails with these, one after the other, and then with nothing. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  const attempt = () => {
    attempts.count++;
    const error = left.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  const attempts = { count: 0, attempt };
  return attempts;
}

Deno.test("what cannot be taken up by its receiver is parked and told once, and arrives once it can", async () => {
  const { said, parking } = watched();
  const { signal } = new AbortController();
  const attempts = failing(...Array.from({ length: 9 }, () => damaged));
  const attempt = async () => {
    if (attempts.count > 3) strictEqual(parking.size, 1);
    await attempts.attempt();
  };
  await parking.deliver(attempt, { ...about, signal });
  deepStrictEqual([attempts.count, parking.size], [10, 0]);
  deepStrictEqual(said, ["parked b: CommandError: damaged", "unparked b"]);
});

Deno.test("what fails for a reason that passes is not parked, however often it fails", async () => {
  const { said, parking } = watched();
  const { signal } = new AbortController();
  // Two at most in a row of those that last.
  const attempts = failing(damaged, damaged, busy, damaged, damaged);
  await parking.deliver(attempts.attempt, { ...about, signal });
  deepStrictEqual([said, attempts.count], [[], 6]);
});

Deno.test("what is parked is given up when its receiver refuses it, or when another node has it", async (t) => {
  const lasting = Array.from({ length: 5 }, () => damaged);
  await t.step("refused for good", async () => {
    const { said, parking } = watched();
    const { signal } = new AbortController();
    const refusal = new CommandError("ILLEGAL_STATE", "ended");
    const { attempt } = failing(...lasting, refusal);
    await rejects(parking.deliver(attempt, { ...about, signal }), refusal);
    deepStrictEqual([said.at(-1), parking.size], ["unparked b", 0]);
  });
  await t.step("left to another node, where it is parked anew", async () => {
    const { said, parking } = watched();
    const closing = new AbortController();
    const over = new Error("over");
    const attempt = () => {
      if (parking.size > 0) closing.abort(over);
      return Promise.reject(damaged);
    };
    await rejects(parking.deliver(attempt, { ...about, signal: closing.signal }), over);
    deepStrictEqual([said, parking.size], [["parked b: CommandError: damaged"], 0]);
  });
});

const Say = Type.Object({ type: Type.Literal("SAY"), to: Type.String(), n: Type.Integer() });

/** Passes on what it is told to. */
const speaker = defineActor({
  kind: "speaker",
  version: 1,
  events: Say,
  machine: setup({
    types: { events: {} as { type: "SAY"; to: string; n: number } },
  }).createMachine({
    on: {
      SAY: {
        actions: sendTo(
          ({ event }) => actorRef({ kind: "counter", id: event.to }),
          ({ event }) => ({ type: "ADD", n: event.n }),
        ),
      },
    },
  }),
});

for (const where of ["at its own node", "at another node"]) {
  Deno.test(`what is sent to a damaged actor ${where} waits for its repair, and arrives in order`, async () => {
    await using at = await testBus();
    const { bus } = at, { realm } = bus;
    const kinds = [speaker, counter], among = ["n1", "n2"];
    const parked: Parked[] = [], unparked: Parked[] = [];
    await using one = await startNode("n1", {
      ...{ kinds, realm, parkedMs: 100 },
      onParked: (it) => void parked.push(it),
      onUnparked: (it) => void unparked.push(it),
    });
    await using two = await startNode("n2", { kinds, realm });
    const from = ownedBy("n1", { kind: "speaker", among });
    const owner = where === "at another node" ? "n2" : "n1";
    const to = ownedBy(owner, { kind: "counter", among });
    await until(() => one.host.owner(to) === owner && two.host.owner(from) === "n1", {
      what: "both to know each other",
    });
    await one.send(to, { type: "ADD", n: 1 });
    await bus.requests.publish(actorSubject(realm, to), "garbage");
    const upTo = [1, 2, 3];
    for (const n of upTo) await one.send(from, { type: "SAY", to: to.id, n });
    await one.send(from, { type: "SAY", to: "other", n: 9 });
    await until(() => one.host.parked === 1, { what: "the first to be parked" });
    deepStrictEqual(parked.map(({ from, to, event }) => [from, to, event]), [
      [from, to, { type: "ADD", n: 1 }],
    ]);
    ok(String(parked[0]?.error).includes("it is no commit of an actor"));
    await until(async () => (await eventsOf(bus, { kind: "counter", id: "other" })).length === 2, {
      what: "what is for another one",
    });
    // As after a restore from a backup: its log is another one.
    await (await openStreamPurger(bus)).purge("EVENTS", actorSubject(realm, to));
    await until(async () => (await eventsOf(bus, to)).length === 4, { what: "all of it" });
    deepStrictEqual((await eventsOf(bus, to)).slice(1).map(({ event }) => event.n), upTo);
    await until(() => one.host.parked === 0, { what: "nothing to be parked" });
    deepStrictEqual(unparked, parked);
  });
}
