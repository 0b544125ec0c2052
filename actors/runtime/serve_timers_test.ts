import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Address, type Bus, dueSubject, openStreamReader, timerStreamFilter } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { startNode } from "./_nodes_testing.ts";
import { type Command, CommandError } from "./command.ts";
import type { Send } from "./forward.ts";
import { keyOf, type Timer } from "./state.ts";
import { openTimers, serveTimers } from "./timers.ts";

const address = { kind: "alarm", id: "a" };

function timer(id: string, seq: number, dueInMs = 0): Timer {
  const since = { commit: { seq }, index: 0 };
  return { id, delayMs: dueInMs, dueAt: Date.now() + dueInMs, event: { type: "RING" }, since };
}

/** Serves timers, and notes which were brought, and what was told. */
async function serving(bus: Bus, take: (command: Command, attempt: number) => void = () => {}) {
  const keys: string[] = [], errors: { message: string; address?: Address }[] = [];
  const send: Send = async (_, command) => {
    const key = command.cause.from === "timer" ? command.cause.key : "";
    keys.push(key);
    await Promise.resolve(take(command, keys.filter((one) => one === key).length));
    return { seq: 1, index: 0, value: "", changed: false };
  };
  const served = await serveTimers(bus, {
    send,
    onError: (error, about) => {
      ok(error instanceof Error);
      errors.push({ message: error.message, ...about });
    },
  });
  return { keys, errors, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

Deno.test("what is said late of an earlier arming does not touch a later one of the same name", async () => {
  await using world = await testBus();
  const timers = await openTimers(world.bus);
  for (const id of ["bell", "gong"]) await timers.arm(address, timer(id, 9, 300));
  await timers.arm(address, timer("bell", 5));
  await timers.cancel(address, timer("gong", 5));
  await using served = await serving(world.bus);
  const all = [timer("bell", 5), timer("bell", 9), timer("gong", 9)]
    .map(({ since, id }) => keyOf(since, id));
  await until(() => all.every((key) => served.keys.includes(key)), { what: "all to come" });
  // In any order: where arming takes long, all of them are due when they are served.
  deepStrictEqual(served.keys.toSorted(), all);
});

Deno.test("a timer that is taken back leaves nothing on the server", async () => {
  await using world = await testBus();
  const timers = await openTimers(world.bus);
  const left = async () => (await Array.fromAsync(await storedTimers(world.bus))).length;
  const bell = timer("bell", 5, 600_000), gong = timer("gong", 5, 600_000);
  for (const one of [bell, gong]) await timers.arm(address, one);
  strictEqual(await left(), 2);
  await timers.cancel(address, bell);
  await timers.cancel(address, bell);
  strictEqual(await left(), 1);
  await timers.cancel(address, gong);
  strictEqual(await left(), 0);
});

Deno.test("a timer whose name is longer than a subject allows comes as any other", async () => {
  await using world = await testBus();
  const timers = await openTimers(world.bus);
  await using served = await serving(world.bus);
  const long = timer("n".repeat(3_000), 7);
  await timers.arm(address, long);
  await until(() => served.keys.length === 1, { what: "it to come" });
  deepStrictEqual(served.keys, [keyOf(long.since, long.id)]);
});

for (const code of ["UNAVAILABLE", "RATE_LIMITED", "VALIDATION_ERROR"] as const) {
  Deno.test(`a timer that cannot be brought (${code}) is told of, with its subject and attempt, and comes again`, async () => {
    await using world = await testBus();
    const timers = await openTimers(world.bus);
    await using served = await serving(world.bus, (_, attempt) => {
      if (attempt < 3) throw new CommandError(code, "not now");
    });
    await timers.arm(address, timer("bell", 5));
    await until(() => served.keys.length === 3, { what: "it to be taken" });
    const subject = dueSubject(world.bus.realm, { ...address, timer: "5.0/bell" });
    deepStrictEqual(served.errors.map(({ message }) => message), [
      `Cannot bring ${subject}, attempt 1: not now`,
      `Cannot bring ${subject}, attempt 2: not now`,
    ]);
  });
}

for (const code of ["STALE", "ILLEGAL_STATE", "MACHINE_ERROR"] as const) {
  Deno.test(`a timer that its actor does not want (${code}) is brought once, and told of only if the machine failed`, async () => {
    await using world = await testBus();
    const timers = await openTimers(world.bus);
    await using served = await serving(world.bus, ({ cause }) => {
      if (cause.from === "timer" && cause.id === "bell") throw new CommandError(code, "no");
    });
    await timers.arm(address, timer("bell", 5));
    await timers.arm(address, timer("gong", 5, 800));
    await until(() => served.keys.includes("5.0/gong"), { what: "the next one" });
    deepStrictEqual(served.keys, ["5.0/bell", "5.0/gong"]);
    deepStrictEqual(
      served.errors,
      code === "MACHINE_ERROR" ? [{ message: "no", address }] : [],
    );
  });
}

for (const body of ["garbage", "{}", '{"key":"1.0/x","event":{}}']) {
  Deno.test(`what is no timer (${body}) is told of once, and keeps no other one from coming`, async () => {
    await using world = await testBus();
    const subject = dueSubject(world.bus.realm, { ...address, timer: "5.0/bell" });
    await world.bus.requests.publish(subject, body);
    const timers = await openTimers(world.bus);
    await using served = await serving(world.bus);
    await timers.arm(address, timer("gong", 5, 800));
    await until(() => served.keys.length > 0, { what: "the next one" });
    deepStrictEqual(served.keys, ["5.0/gong"]);
    strictEqual(served.errors.length, 1);
    match(served.errors[0]?.message ?? "", /is no timer/);
    ok(served.errors[0]?.message.includes(subject));
  });
}

Deno.test("a host tells of a timer whose actor it cannot find, and another node that knows the kind takes it", async () => {
  await using world = await testBus();
  const { realm } = world.bus;
  const timers = await openTimers(world.bus);
  const told: string[] = [];
  const onError = (error: unknown) => void told.push(error instanceof Error ? error.message : "");
  {
    await using _strange = await startNode("n1", { kinds: [], realm, onError });
    await timers.arm({ kind: "counter", id: "a" }, timer("bell", 5));
    await until(() => told.length > 0, { what: "it to be told" });
  }
  match(told[0] ?? "", /Cannot bring \S+, attempt 1: There is no kind of actor "counter"/);
  await using node = await startNode("n2", { kinds: [counter], realm });
  await node.send({ kind: "counter", id: "a" }, { type: "ADD", n: 1 });
  // It was armed by no event of the log: taken to its actor, it is stale, and is gone.
  const left = async () => await Array.fromAsync(await storedTimers(world.bus));
  await until(async () => (await left()).length === 0, { what: "it to be taken" });
});

async function storedTimers(bus: Bus) {
  const reader = await openStreamReader(bus);
  return reader.read("TIMERS", { subject: timerStreamFilter(bus.realm) });
}
