import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openTestBus } from "./_testing.ts";
import { openStreamReader } from "./read_stream.ts";
import { actorSubject } from "./subjects.ts";

async function opened() {
  const bus = await openTestBus({ streams: true });
  const reader = await openStreamReader(bus);
  const subject = (id: string) => actorSubject(bus.realm, { kind: "k", id });
  return { bus, reader, subject, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

const text = (data: Uint8Array) => new TextDecoder().decode(data);

Deno.test("read() yields the messages of one subject in order, over as many batches as it takes", async () => {
  await using at = await opened();
  const mine: string[] = [];
  for (let i = 0; i < 300; i++) {
    await at.bus.requests.publish(at.subject("a"), `${i}`, { headers: { "Hub-N": `${i}` } });
    mine.push(`${i} ${i}`);
    if (i % 3 === 0) await at.bus.requests.publish(at.subject("b"), "other");
  }
  const found = await Array.fromAsync(
    at.reader.read("EVENTS", { subject: at.subject("a") }),
    ({ data, header }) => `${text(data)} ${header("Hub-N")}`,
  );
  deepStrictEqual(found, mine);
});

Deno.test("read() begins at the sequence that is asked for, whether or not it is the subject's", async () => {
  await using at = await opened();
  for (const id of ["a", "b", "a", "b", "a"]) await at.bus.requests.publish(at.subject(id), id);
  const from = async (seq: number) =>
    await Array.fromAsync(
      at.reader.read("EVENTS", { subject: at.subject("a"), from: seq }),
      (m) => m.seq,
    );
  deepStrictEqual(await from(2), [3, 5]);
  deepStrictEqual(await from(3), [3, 5]);
  deepStrictEqual(await from(6), []);
});

Deno.test("read() of a subject without messages yields nothing", async () => {
  await using at = await opened();
  deepStrictEqual(
    await Array.fromAsync(at.reader.read("EVENTS", { subject: at.subject("a") })),
    [],
  );
});

Deno.test("last() is the last message of a subject, or undefined", async () => {
  await using at = await opened();
  strictEqual(await at.reader.last("EVENTS", at.subject("a")), undefined);
  await at.bus.requests.publish(at.subject("a"), "one");
  await at.bus.requests.publish(at.subject("a"), "two");
  const last = await at.reader.last("EVENTS", at.subject("a"));
  strictEqual(last && text(last.data), "two");
  strictEqual(last?.seq, 2);
});
