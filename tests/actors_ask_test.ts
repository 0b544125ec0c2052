/** Questions to actors: `/hub/actors/ask`. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { add, record, startCalled } from "./_called_testing.ts";
import { startServed } from "./_served_testing.ts";

const SCOPES = ["actors:send", "actors:read"];
const tally = { kind: "tally", id: "a" };

Deno.test("a question is answered by what the actor emits, the same for the same command", async () => {
  await using hub = await startCalled();
  const asked = await hub.call("ask", { ...add(3), commandId: "q" });
  deepStrictEqual([asked.reply, asked.status], [{ type: "counted", count: 3 }, "active"]);
  await hub.call("send", add(4));
  deepStrictEqual(await hub.call("ask", { ...add(3), commandId: "q" }), asked);
});

Deno.test("a question waits for a reply that comes later, and for the type it names", async () => {
  await using hub = await startCalled();
  const { reply } = await hub.call("ask", { event: { type: "LATER" }, reply: "late" });
  deepStrictEqual(reply, { type: "late" });
});

Deno.test("a question to an actor that ends is answered by its output", async () => {
  await using hub = await startCalled();
  await hub.call("send", add(5));
  const { status, output } = await hub.call("ask", { event: { type: "FINISH" } });
  deepStrictEqual([status, output], ["done", 5]);
});

Deno.test("a question that nobody answers ends with its deadline", async () => {
  await using hub = await startCalled();
  const input = { kind: "tally", id: "a", ...add(1), reply: "never" };
  const asked = hub.caller.call("hub/actors/ask", input, { timeoutMs: 200 });
  await rejects(asked, { code: "TIMEOUT", retryable: true });
  const { context } = await hub.call("get");
  deepStrictEqual(context, { count: 1 }, "the event itself is durable");
});

Deno.test("a question is answered without the log, the first time and again, however long it is", async () => {
  await using served = await startServed({ isLogRead: false });
  const call = served.as({ id: "ann", scopes: SCOPES });
  const asked = { ...tally, ...add(2), commandId: "1" };
  const first = record(await call("ask", asked));
  deepStrictEqual([first.reply, first.status], [{ type: "counted", count: 2 }, "active"]);
  for (let n = 0; n < 20; n++) await call("send", { ...tally, ...add(1) });
  deepStrictEqual(await call("ask", asked), first);
  const doze = { ...tally, event: { type: "FINISH" }, commandId: "2" };
  const end = record(await call("ask", doze));
  deepStrictEqual([end.status, end.output], ["done", 22]);
  deepStrictEqual(await call("ask", doze), end);
  deepStrictEqual(await call("ask", asked), first, "then, it was active");
});

Deno.test("nobody gets the answer to what somebody else has sent or asked with the same id", async () => {
  await using served = await startServed();
  const ann = served.as({ id: "ann", scopes: SCOPES });
  const bob = served.as({ id: "bob", scopes: SCOPES });
  const asked = { ...tally, ...add(5), commandId: "pay" };
  const annAsked = record(await ann("ask", asked));
  deepStrictEqual(annAsked.reply, { type: "counted", count: 5 });
  const bobAsked = record(await bob("ask", { ...asked, ...add(1) }));
  deepStrictEqual(bobAsked.reply, { type: "counted", count: 6 });
  const bobSent = record(await bob("send", { ...asked, ...add(1) }));
  strictEqual(`${bobSent.seq}.${bobSent.index}`, `${bobAsked.seq}.${bobAsked.index}`);
  deepStrictEqual(await ann("ask", asked), annAsked);
  deepStrictEqual(await bob("ask", asked), bobAsked);
});
