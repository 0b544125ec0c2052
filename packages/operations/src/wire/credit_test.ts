import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { dispatching, OPEN } from "../_dispatch.ts";
import { subscription } from "../_operations.ts";
import { Credit, CreditWindow, FIRST_CREDIT } from "./credit.ts";
import { pair } from "./_pair.ts";
import { collect, counting, server, settle } from "./_session.ts";
import { createCallSession } from "./session.ts";

/** A stream that tells how many values were made. */
function made(bytes = 1) {
  let count = 0;
  const operation = subscription("a.endless", async function* () {
    for (;;) {
      count += 1;
      yield "x".repeat(bytes);
    }
  });
  return { dispatcher: dispatching([[operation, OPEN]]), count: () => count };
}

Deno.test("a consumer that takes nothing gets no more than the first credit", async () => {
  const { dispatcher, count } = made();
  const { client, answered } = pair(dispatcher);
  const stream = client.subscribe("/a/endless", {});
  await stream.next();
  await settle();
  ok(answered.length <= FIRST_CREDIT + 1, `${answered.length} values were sent`);
  ok(count() <= FIRST_CREDIT + 2, `${count()} values were made`);
  await stream.return?.();
});

Deno.test("a consumer that goes on gets everything, in order, over a window that grows", async () => {
  const { client, sent } = pair(dispatching([counting("a.count", 10_000)]));
  const values = await collect(client.subscribe("/a/count", {}));
  deepStrictEqual(values, Array.from({ length: 10_000 }, (_, index) => index));
  const credits = sent.filter(({ type }) => type === "call.credit").length;
  ok(credits < 300, `${credits} frames of credit for 10,000 values`);
});

Deno.test("large values make a small window: what waits is bounded in bytes", async () => {
  const { dispatcher } = made(100_000);
  const { client, answered } = pair(dispatcher, { client: { limits: { bufferedBytes: 400_000 } } });
  const stream = client.subscribe("/a/endless", {});
  for (let taken = 1; taken < 50; taken++) {
    await stream.next();
    await settle();
    ok(answered.length - taken <= FIRST_CREDIT, `${answered.length - taken} values wait`);
  }
  ok(answered.length - 49 <= 4, "four values fill the bytes");
  await stream.return?.();
});

Deno.test("where few values may wait, no more are asked for than that", async () => {
  const { client, sent } = pair(dispatching([counting("a.count", 100)]), {
    client: { limits: { bufferedValues: 3 } },
  });
  const stream = client.subscribe("/a/count", {});
  const values: unknown[] = [];
  for await (const value of stream) {
    values.push(value);
    await settle();
  }
  strictEqual(values.length, 100);
  strictEqual(Object(sent[0]?.["payload"]).credit, 3);
});

Deno.test("the first credit has room for the largest frames", async () => {
  const { dispatcher } = made(900);
  const { client, answered } = pair(dispatcher, {
    client: { limits: { bufferedBytes: 2_000, frameBytes: 1_000 } },
  });
  const stream = client.subscribe("/a/endless", {});
  for (let taken = 0; taken < 20; taken++) {
    await settle();
    strictEqual((await stream.next()).done, false);
  }
  ok(answered.length <= 20 + FIRST_CREDIT);
  await stream.return?.();
});

Deno.test("values that grow once much credit is given cannot fill the memory", async () => {
  const sent: { type: string; id: string; payload: { credit?: number } }[] = [];
  const client = createCallSession({
    send: (frame) => void sent.push(JSON.parse(frame)),
    close: () => {},
    newId: () => "1",
    limits: { bufferedBytes: 2_000, frameBytes: 1_000 },
  });
  const credit = () => sent.reduce((sum, { payload }) => sum + (payload.credit ?? 0), 0);
  const answer = (output: string) =>
    client.receive(JSON.stringify({ type: "call.responded", id: "1", payload: { output } }));
  const stream = client.subscribe("/a/growing", {});
  let answered = 0;
  for (; answered < 100; answered++) {
    const value = stream.next();
    answer("small");
    await value;
  }
  const open = credit() - answered;
  ok(open > FIRST_CREDIT, `${open} values may come`);
  for (let count = 0; count < open; count++) answer("x".repeat(900));
  strictEqual(sent.at(-1)?.type, "call.aborted");
  let large = 0;
  await rejects(async () => {
    for await (const _ of stream) large += 1;
  }, { code: "OVERFLOW" });
  strictEqual(large, FIRST_CREDIT);
});

Deno.test("a stream with a value that breaks a bound fails, and its maker is told to stop", async () => {
  const operation = subscription("a.wide", async function* () {
    for (;;) yield [1, 2, 3];
  });
  const { client, server: serving, closed } = pair(dispatching([[operation, OPEN]]), {
    client: { limits: { items: 2 } },
  });
  const stream = client.subscribe("/a/wide", {});
  await rejects(stream.next(), { code: "EXECUTION_ERROR" });
  await settle();
  strictEqual(serving.inboundCount, 0);
  deepStrictEqual(closed, []);
});

Deno.test("a peer that gives no credit gets values as fast as it reads, as ever", async () => {
  const { answered, request } = server([counting("a.count", 100)]);
  request("1", "/a/count");
  await settle();
  strictEqual(answered.length, 101);
});

Deno.test("credit for a request that is none, and credit that is none, do no harm", async () => {
  const { answered, closed, request, event } = server([counting("a.count", 100)]);
  event("call.credit", "9", { credit: 5 });
  request("1", "/a/count", { credit: 2 });
  for (const credit of [0, -1, 1.5, "3", null, 1e300]) event("call.credit", "1", { credit });
  await settle();
  strictEqual(answered.length, 2);
  event("call.credit", "1", { credit: 3 });
  await settle();
  strictEqual(answered.length, 5);
  deepStrictEqual(closed, []);
});

Deno.test("a stream that waits for credit ends when it is aborted", async () => {
  const { dispatcher } = made();
  const { client, server: serving } = pair(dispatcher);
  const stream = client.subscribe("/a/endless", {});
  await stream.next();
  await settle();
  await stream.return?.();
  await settle();
  strictEqual(serving.inboundCount, 0);
});

Deno.test("CreditWindow grants in halves, to those who keep up, as much as fits", () => {
  const window = new CreditWindow({ values: 64, bytes: 1_000 });
  strictEqual(window.grant(0), 0, "the first credit is still open");
  for (let i = 0; i < FIRST_CREDIT; i++) ok(window.arrived(1));
  ok(!window.arrived(1), "there is no credit for a ninth");
  strictEqual(window.grant(FIRST_CREDIT), 0);
  strictEqual(window.grant(4), 4);
  strictEqual(window.grant(0), 12, "the window has doubled");
  ok(window.arrived(500));
  strictEqual(window.grant(1), 0, "two of 500 bytes fit, and 15 are on their way");
});

Deno.test("Credit lets one go for each, and all once it is closed", async () => {
  const credit = new Credit(1);
  strictEqual(credit.take(), undefined);
  const waiting = credit.take();
  ok(waiting !== undefined);
  credit.add(1);
  await waiting;
  const last = credit.take();
  credit.close();
  await last;
  strictEqual(credit.take(), undefined);
});
