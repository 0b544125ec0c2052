import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { headers, type Msg } from "@nats-io/nats-core";
import { openTestBus } from "./_testing.ts";
import { createHeaders } from "./publish_headers.ts";
import { rawHeaders } from "./raw_headers.ts";

/** The message as it comes back from a server. */
async function sent(publish: (to: Msg["respond"]) => void) {
  await using bus = await openTestBus();
  const subject = `${bus.realm}.test`;
  const { promise, resolve } = Promise.withResolvers<Msg>();
  const subscription = bus.connection.subscribe(subject, { callback: (_, m) => resolve(m) });
  publish((data, options) => {
    bus.connection.publish(subject, data, options);
    return true;
  });
  const message = await promise;
  subscription.unsubscribe();
  return message;
}

const TOLD = [
  ["one of its name", [["Hub-Kind", "order"]], "Hub-Kind", "order", "order"],
  ["several of its name", [["A", "1"], ["B", "2"], ["A", "3"]], "A", "1", "3"],
  [
    "one whose name ends or begins like it",
    [["X-A", "1"], ["A-X", "2"], ["A", "3"]],
    "A",
    "3",
    "3",
  ],
  ["one whose value looks like it", [["B", "A: 1"], ["A", "2"]], "A", "2", "2"],
  ["what is not ASCII", [["A", "€"]], "A", "€", "€"],
  ["an empty value", [["A", ""], ["B", "1"]], "A", "", ""],
  ["none of its name", [["A", "1"]], "B", "", ""],
] as const;
for (const [what, given, name, first, last] of TOLD) {
  Deno.test(`rawHeaders() finds ${what}, as the client does`, async () => {
    const made = headers();
    for (const [key, value] of given) made.append(key, value);
    const message = await sent((respond) => respond("x", { headers: made }));
    const found = rawHeaders(message);
    deepStrictEqual([found?.first(name), found?.last(name)], [first, last]);
    deepStrictEqual([message.headers?.get(name), message.headers?.last(name)], [first, last]);
    strictEqual(found?.code, 0);
  });
}

Deno.test("rawHeaders() tells the status that a server gives in place of a message", async () => {
  await using bus = await openTestBus();
  const { promise, resolve } = Promise.withResolvers<Msg>();
  const inbox = `${bus.realm}.inbox.test`;
  const subscription = bus.connection.subscribe(inbox, { callback: (_, m) => resolve(m) });
  bus.connection.publish(`${bus.realm}.nobody`, "", { reply: inbox, headers: createHeaders({}) });
  const found = rawHeaders(await promise);
  subscription.unsubscribe();
  strictEqual(found?.code, 503);
});

Deno.test("rawHeaders() knows of a message without headers", async () => {
  strictEqual(rawHeaders(await sent((respond) => respond("x"))), undefined);
});

Deno.test("rawHeaders() refuses what the client has not received", async () => {
  const message = await sent((respond) => respond("x"));
  ok(message.subject);
  throws(() => rawHeaders({ ...message }), TypeError);
});
