import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { actorSubject, openStreamReader } from "@hub/bus";
import { testBus } from "../harness/bus.ts";
import { startTestHub } from "../harness/hub.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", SPAN = "00f067aa0ba902b7";

Deno.test("what is sent to an actor belongs to the trace of the call that sent it, whichever node has the actor", async () => {
  await using wire = await testBus();
  const { bus } = wire, { realm } = bus;
  const flags = { realm, kinds: ["examples/counter.ts"] };
  await using one = await startTestHub(flags);
  await using two = await startTestHub(flags);
  const reader = await openStreamReader(bus);
  const owners = new Set<unknown>();
  const ask = async (operation: string, input: object, headers: HeadersInit = {}) => {
    const answer = await fetch(`${one.url}/call`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${one.firstKey}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ operation, input }),
    });
    const { output, error } = await answer.json();
    deepStrictEqual(error, undefined);
    return { output, span: answer.headers.get("traceparent")?.slice(36, 52) };
  };
  for (const id of ["a", "b", "c", "d", "e", "f"]) {
    const address = { kind: "counter", id };
    const sent = await ask(
      "/hub/actors/send",
      { ...address, event: { type: "ADD", n: 1 } },
      { traceparent: `00-${TRACE}-${SPAN}-01` },
    );
    const trace = `00-${TRACE}-${sent.span}-01`;
    const { output: { events } } = await ask("/hub/actors/events", address);
    deepStrictEqual(events.map((event: { trace?: string }) => event.trace), [undefined, trace]);
    // `nats` tools see it, too.
    const message = await reader.last("EVENTS", actorSubject(realm, address));
    strictEqual(message?.header("traceparent"), trace);
    owners.add((await ask("/hub/actors/get", address)).output.owner);
  }
  ok(owners.has(two.nodeId), "none of them is at the other node");
});
