import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { headers as createHeadersByClient, type Msg } from "@nats-io/nats-core";
import fc from "fast-check";
import { startProxy } from "./_proxy.ts";
import { openTestBus, randomRealm, startServer, until } from "./_testing.ts";
import { type Bus, openBus } from "./connect.ts";
import { BusError, StatusError } from "./errors.ts";
import { parseReplySubject } from "./subjects.ts";

const fails = (code: string) => (error: unknown) =>
  error instanceof BusError && error.code === code;

/** Answers on `name` of the bus's realm; the result is the subject. */
function serve(bus: Bus, name: string, answer: (message: Msg) => void): string {
  const subject = `${bus.realm}.${name}`;
  bus.connection.subscribe(subject, { callback: (_error, message) => answer(message) });
  return subject;
}

/** A subject on which requests arrive and are not answered. */
function ignore(bus: Bus, seen: Msg[] = []): string {
  return serve(bus, "silent", (message) => void seen.push(message));
}

Deno.test("request() resolves with the answer to itself, whatever the order of answers", async () => {
  await using bus = await openTestBus();
  const waiting: Msg[] = [];
  const subject = serve(bus, "echo", (message) => {
    waiting.push(message);
    if (waiting.length < 20) return;
    for (const one of waiting.splice(0).reverse()) one.respond(one.data);
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 20, maxLength: 20 }), async (texts) => {
      const answers = await Promise.all(texts.map((text) => bus.requests.request(subject, text)));
      deepStrictEqual(answers.map((one) => one.string()), texts);
    }),
    { numRuns: 20 },
  );
  strictEqual(bus.requests.inFlight, 0);
});

Deno.test("request() carries headers both ways", async () => {
  await using bus = await openTestBus();
  const subject = serve(bus, "headers", (message) => {
    const headers = createHeadersByClient();
    headers.set("Seen", message.headers?.get("Trace") ?? "");
    message.respond(undefined, { headers });
  });
  const headers = createHeadersByClient();
  headers.set("Trace", "t1");
  const answer = await bus.requests.request(subject, "x", { headers });
  strictEqual(answer.headers?.get("Seen"), "t1");
});

Deno.test("request() asks for answers in the realm, in one inbox of the connection", async () => {
  await using bus = await openTestBus();
  const replies: string[] = [];
  const subject = serve(bus, "reply", (message) => {
    replies.push(message.reply ?? "");
    message.respond();
  });
  for (let i = 0; i < 3; i++) await bus.requests.request(subject);
  const parsed = replies.map(parseReplySubject);
  deepStrictEqual(parsed.map(({ realm }) => realm), Array(3).fill(bus.realm));
  strictEqual(new Set(parsed.map(({ inbox }) => inbox)).size, 1);
  strictEqual(new Set(parsed.map(({ id }) => id)).size, 3);
});

Deno.test("request() says at once that nobody listens", async () => {
  await using bus = await openTestBus();
  await rejects(
    bus.requests.request(`${bus.realm}.nobody`, "x", { timeoutMs: 60_000 }),
    (error) => {
      ok(fails("NO_RESPONDERS")(error));
      return error instanceof BusError && error.retryable && !error.outcomeUnknown;
    },
  );
});

Deno.test("request() rejects an answer whose headers carry an error status", async () => {
  await using bus = await openTestBus();
  const subject = serve(bus, "status", (message) => {
    message.respond(undefined, { headers: createHeadersByClient(404, "Message Not Found") });
  });
  await rejects(bus.requests.request(subject), (error) => {
    ok(error instanceof StatusError);
    deepStrictEqual([error.status, error.description], [404, "Message Not Found"]);
    return error.code === "STATUS";
  });
});

Deno.test("each request times out by its own timeout, none early, the shortest first", async () => {
  await using bus = await openTestBus();
  const subject = ignore(bus);
  const order: number[] = [];
  const startedAt = performance.now();
  await Promise.all([200, 50, 120].map(async (timeoutMs) => {
    await rejects(bus.requests.request(subject, "x", { timeoutMs }), (error) => {
      ok(performance.now() - startedAt >= timeoutMs);
      return fails("TIMEOUT")(error) && error instanceof BusError && error.outcomeUnknown;
    });
    order.push(timeoutMs);
  }));
  deepStrictEqual(order, [50, 120, 200]);
});

Deno.test("an answer after the timeout disturbs nobody", async () => {
  await using bus = await openTestBus();
  const seen: Msg[] = [];
  const subject = ignore(bus, seen);
  await rejects(bus.requests.request(subject, "x", { timeoutMs: 20 }), fails("TIMEOUT"));
  seen[0]?.respond("late");
  seen[0]?.respond("later");
  await bus.ping();
  strictEqual(bus.requests.inFlight, 0);
});

Deno.test("an abort rejects with its reason, before and after sending", async () => {
  await using bus = await openTestBus();
  const seen: Msg[] = [];
  const subject = ignore(bus, seen);
  const aborted = AbortSignal.abort(new Error("before"));
  await rejects(bus.requests.request(subject, "x", { signal: aborted }), /before/);
  const controller = new AbortController();
  const { signal } = controller;
  const requesting = bus.requests.request(subject, "x", { signal });
  await until(() => seen.length === 1);
  controller.abort(new Error("after"));
  await rejects(requesting, /after/);
  strictEqual(seen.length, 1);
  strictEqual(bus.requests.inFlight, 0);
});

Deno.test("no more requests than allowed are in flight, and the next one is told to wait", async () => {
  await using bus = await openTestBus({ maxInFlight: 3 });
  const seen: Msg[] = [];
  const subject = ignore(bus, seen);
  const inFlight = [1, 2, 3].map(() => bus.requests.request(subject));
  await rejects(bus.requests.request(subject), (error) => {
    return fails("TOO_MANY_IN_FLIGHT")(error) && error instanceof BusError && error.retryable;
  });
  await until(() => seen.length === 3);
  for (const one of seen) one.respond();
  await Promise.all(inFlight);
  const next = bus.requests.request(subject);
  await until(() => seen.length === 4);
  seen[3]?.respond();
  await next;
});

Deno.test("request() refuses more bytes than the server takes, and sends nothing", async () => {
  await using bus = await openTestBus();
  const seen: Msg[] = [];
  const subject = ignore(bus, seen);
  const limit = bus.connection.info?.max_payload ?? 0;
  ok(limit > 0);
  await rejects(bus.requests.request(subject, new Uint8Array(limit + 1)), fails("TOO_LARGE"));
  await bus.ping();
  strictEqual(seen.length, 0);
  strictEqual(bus.requests.inFlight, 0);
});

Deno.test("a lost connection settles what is in flight at once, and refuses what is new", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  await using bus = await openBus({ servers: proxy.url, name: "t", realm, reconnectWaitMs: 20 });
  await using other = await openBus({ servers: server.url, name: "o", realm });
  const seen: Msg[] = [];
  const subject = ignore(other, seen);
  await other.ping();
  const outcomes = Promise.allSettled(
    Array.from({ length: 50 }, () => bus.requests.request(subject, "x", { timeoutMs: 60_000 })),
  );
  await until(() => seen.length === 50);
  await proxy.cut();
  for (const outcome of await outcomes) {
    ok(outcome.status === "rejected" && outcome.reason instanceof BusError);
    strictEqual(outcome.reason.code, "OUTCOME_UNKNOWN");
    ok(outcome.reason.retryable && outcome.reason.outcomeUnknown);
  }
  await rejects(bus.requests.request(subject), (error) => {
    return fails("DISCONNECTED")(error) && error instanceof BusError && error.retryable &&
      !error.outcomeUnknown;
  });
  proxy.restore();
  await until(() => bus.status === "connected");
  // Answers to requests of before the loss find nobody; new ones work.
  for (const one of seen.splice(0)) one.respond("old");
  const requesting = bus.requests.request(subject);
  await until(() => seen.length === 1);
  seen[0]?.respond("new");
  strictEqual((await requesting).string(), "new");
});

Deno.test("a request that was refused while disconnected never arrives later", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  await using bus = await openBus({ servers: proxy.url, name: "t", realm, reconnectWaitMs: 20 });
  await using other = await openBus({ servers: server.url, name: "o", realm });
  const seen: Msg[] = [];
  const subject = ignore(other, seen);
  await proxy.cut();
  await until(() => bus.status === "reconnecting");
  await rejects(bus.requests.request(subject), fails("DISCONNECTED"));
  proxy.restore();
  await until(() => bus.status === "connected");
  await bus.ping();
  await other.ping();
  strictEqual(seen.length, 0);
});

Deno.test("a denied publish is refused at once", async () => {
  const permissions = `publish: { deny: "*.forbidden" }`;
  await using server = await startServer({
    config: `authorization { users: [{ user: u, password: p, permissions: { ${permissions} } }] }`,
  });
  const options = { servers: server.url, user: "u", password: "p" };
  await using bus = await openBus({ ...options, name: "t", realm: randomRealm() });
  const requesting = bus.requests.request(`${bus.realm}.forbidden`, "x", { timeoutMs: 60_000 });
  await rejects(requesting, fails("PERMISSION_DENIED"));
  strictEqual(bus.status, "connected");
  ok(bus.lastError !== undefined);
});

Deno.test("disposing waits for requests in flight and refuses new ones", async () => {
  await using other = await openTestBus();
  const bus = await openTestBus({ realm: other.realm });
  const seen: Msg[] = [];
  const subject = ignore(other, seen);
  await other.ping();
  const requesting = bus.requests.request(subject);
  await until(() => seen.length === 1);
  const disposing = bus[Symbol.asyncDispose]();
  await rejects(bus.requests.request(subject), fails("CLOSED"));
  seen[0]?.respond("still");
  strictEqual((await requesting).string(), "still");
  await disposing;
  await rejects(bus.requests.request(subject), fails("CLOSED"));
});

Deno.test("drain() gives up on what is not answered in time", async () => {
  await using bus = await openTestBus();
  const subject = ignore(bus);
  const requesting = rejects(bus.requests.request(subject), fails("OUTCOME_UNKNOWN"));
  await bus.requests.drain(20);
  await requesting;
});
