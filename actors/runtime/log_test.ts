import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { actorSubject, openStreamReader } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { createWorld, logOf, ownedBy, startNode } from "./_nodes_testing.ts";
import type { Command } from "./command.ts";
import { openActorLog } from "./log.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER = "00-00000000000000000000000000000001-0000000000000002-00";
const among = ["n1", "n2"];

function add(id: string, extra: Partial<Command> = {}): Command {
  return { id, event: { type: "ADD", n: 1 }, cause: { from: "caller" }, ...extra };
}

Deno.test("a commit is one message, whose headers say kind, version, count and trace, and whose body holds the events with what led to them", async () => {
  await using world = await createWorld({ kinds: [counter] });
  const { realm, bus } = world;
  await using one = await startNode("n1", { kinds: [counter], realm });
  await using two = await startNode("n2", { kinds: [counter], realm });
  // Forwarded, so that nothing is lost on the way between nodes either.
  const address = ownedBy("n2", { kind: "counter", among });
  await until(() => one.host.owner(address) === "n2", { what: "the owner to be seen" });
  await one.host.send(address, add("first", { trace: OTHER }));
  await Promise.all([
    two.host.send(address, add("second", { by: "somebody" })),
    two.host.send(address, add("third", { trace: TRACE })),
  ]);
  const reader = await openStreamReader(bus);
  const messages = await Array.fromAsync(
    reader.read("EVENTS", { subject: actorSubject(realm, address) }),
    ({ header }) =>
      ["Hub-Kind", "Hub-Version", "Hub-Count", "traceparent"].map((name) => header(name)),
  );
  deepStrictEqual(messages, [
    ["counter", "1", "1", ""],
    ["counter", "1", "1", OTHER],
    ["counter", "1", "2", TRACE],
  ]);
  const [, , last] = await logOf(bus, address);
  const cause = { from: "caller" };
  deepStrictEqual(last?.events.map(({ at, ...rest }) => (strictEqual(typeof at, "number"), rest)), [
    { id: "second", event: { type: "ADD", n: 1 }, cause, by: "somebody" },
    { id: "third", event: { type: "ADD", n: 1 }, cause, trace: TRACE },
  ]);
});

Deno.test("a traceparent that is none is refused, as it would stand in a header", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  for (const trace of ["", "x", `${TRACE}\r\nNats-Rollup: sub`]) {
    await rejects(node.host.send({ kind: "counter", id: "a" }, add("a", { trace })), {
      code: "VALIDATION_ERROR",
    });
  }
});

Deno.test("a log is read after a message that is in it, and not after one that is not", async () => {
  await using node = await startNode("n1", { kinds: [counter] });
  const address = { kind: "counter", id: "a" };
  for (const id of ["a", "b", "c"]) await node.host.send(address, add(id));
  const log = await openActorLog(node.bus);
  const [start, first, ...more] = await logOf(node.bus, address);
  const after = (seq = 0) => Array.fromAsync(log.read(address, { after: seq }));
  deepStrictEqual(await after(start?.seq), [first, ...more]);
  deepStrictEqual(await after(more.at(-1)?.seq), []);
  await rejects(after(1_000), { name: "NotInLog" });
  await node.host.send({ kind: "counter", id: "b" }, add("a"));
  const [others] = await logOf(node.bus, { kind: "counter", id: "b" });
  await rejects(after(others?.seq), { name: "NotInLog" });
});
