import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { until } from "../../tests/harness/until.ts";
import { startProxy } from "./_proxy.ts";
import type { Bus } from "./connect.ts";
import { actorSubject } from "./subjects.ts";
import { BUCKETS, STREAMS } from "./purposes.ts";
import {
  copyStream,
  existingStreams,
  KEPT,
  keptStreamName,
  NOT_KEPT,
  pasteStream,
  type StreamCopy,
} from "./stream_copies.ts";

/** A realm with `count` events in its log, of `size` characters each. */
async function testLog(count: number, size = 10) {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(await testBus());
  const manager = await jetstreamManager(bus.connection);
  const name = keptStreamName(bus.realm, "EVENTS");
  const subject = (of: number) => actorSubject(bus.realm, { kind: "counter", id: `a${of % 7}` });
  for (let n = 1; n <= count; n++) {
    await bus.requests.publish(subject(n), JSON.stringify([n, randomText(size)]));
  }
  const parts = stack.move();
  return {
    ...{ bus, manager, name, subject },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Of which a copy is not much smaller. */
function randomText(size: number): string {
  return crypto.getRandomValues(new Uint8Array(size)).toBase64();
}

async function copyOf({ bus, name }: Awaited<ReturnType<typeof testLog>>) {
  const chunks: Uint8Array[] = [];
  const copy = await copyStream(bus, name, (chunk) => {
    chunks.push(chunk.slice());
    return Promise.resolve();
  });
  return { copy, chunks };
}

async function* each(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

Deno.test("a stream is the same after it was copied, deleted and made of the copy", async () => {
  await using log = await testLog(300, 4_000);
  const { bus, manager, name } = log;
  const messages = async () => {
    const found = [];
    for (let seq = 1; seq <= 300; seq++) {
      const message = await manager.streams.getMessage(name, { seq });
      found.push([message?.seq, message?.subject, message?.string(), message?.timestamp]);
    }
    return found;
  };
  const before = await messages();
  const { copy, chunks } = await copyOf(log);
  ok(chunks.length > 5, "it came in pieces");
  await manager.streams.delete(name);
  await pasteStream(bus, name, { copy, chunks: each(chunks), replicas: 1 });
  deepStrictEqual(await messages(), before);
  // The fence of an actor's log goes on where it was.
  const fence = { expectedLastSubjectSequence: 300 };
  strictEqual((await bus.requests.publish(log.subject(300), "[]", fence)).seq, 301);
});

Deno.test("a consumer goes on behind what it had acknowledged", async () => {
  await using log = await testLog(3);
  const { bus, manager, name } = log;
  await manager.consumers.add(name, { durable_name: "d", ack_policy: AckPolicy.Explicit });
  const next = async () => {
    const consumer = await jetstream(bus.connection).consumers.get(name, "d");
    const message = await consumer.next({ expires: 5_000 });
    ok(await message?.ackAck());
    return message?.seq;
  };
  deepStrictEqual([await next(), await next()], [1, 2]);
  const { copy, chunks } = await copyOf(log);
  await manager.streams.delete(name);
  await pasteStream(bus, name, { copy, chunks: each(chunks), replicas: 1 });
  strictEqual(await next(), 3);
});

Deno.test("of every stream and bucket it is said whether it is kept", () => {
  deepStrictEqual([...KEPT, ...NOT_KEPT].toSorted(), [...STREAMS, ...BUCKETS].toSorted());
});

Deno.test("an empty stream can be copied, too", async () => {
  await using log = await testLog(0);
  const { copy, chunks } = await copyOf(log);
  await log.manager.streams.delete(log.name);
  strictEqual((await existingStreams(log.bus)).includes(log.name), false);
  await pasteStream(log.bus, log.name, { copy, chunks: each(chunks), replicas: 1 });
  ok((await existingStreams(log.bus)).includes(log.name));
});

Deno.test("no copy takes the place of a stream, and a damaged one becomes none", async () => {
  await using log = await testLog(3);
  const { bus, name, manager } = log;
  const { copy, chunks } = await copyOf(log);
  const paste = (chunks: readonly Uint8Array[], of: StreamCopy = copy) =>
    pasteStream(bus, name, { copy: of, chunks: each(chunks), replicas: 1 });
  await rejects(paste(chunks), { code: "STREAM_REFUSED" });
  await manager.streams.delete(name);
  const damaged = chunks.map((chunk) => chunk.map((byte, at) => at === 40 ? byte ^ 1 : byte));
  await rejects(paste(damaged), { code: "STREAM_REFUSED" });
  await rejects(paste([]), { code: "STREAM_REFUSED" });
  deepStrictEqual((await existingStreams(bus)).includes(name), false);
});

Deno.test("a stream that is not there cannot be copied", async () => {
  await using log = await testLog(0);
  await rejects(copyStream(log.bus, "nowhere", () => Promise.resolve()), {
    code: "STREAM_REFUSED",
  });
});

Deno.test("a copy fails if the connection was lost meanwhile, though it is there again", async () => {
  await using log = await testLog(100, 4_000);
  await using proxy = startProxy(Number(new URL(testEnvironment().natsUrl).port));
  const { realm } = log.bus;
  await using far = await testBus({ realm, servers: proxy.url, reconnectWaitMs: 20 });
  let pieces = 0;
  const copying = copyStream(far.bus, log.name, async () => {
    if (++pieces > 1) return;
    await proxy.cut();
    await until(() => far.bus.status === "reconnecting", { what: "the loss" });
    proxy.restore();
    await until(() => far.bus.status === "connected", { what: "the connection" });
  });
  await rejects(copying, { code: "DISCONNECTED" });
});

/** A connection on which one message of each subscription never arrives. */
function withHole({ connection, ...bus }: Bus, at: number): Bus {
  const subscribe: typeof connection.subscribe = (subject, options) => {
    let count = 0;
    return connection.subscribe(subject, {
      ...options,
      callback: (error, message) => void (++count === at || options?.callback?.(error, message)),
    });
  };
  return { ...bus, connection: Object.create(connection, { subscribe: { value: subscribe } }) };
}

Deno.test("a copy fails if a piece of it is missing", async () => {
  await using log = await testLog(100, 4_000);
  await rejects(copyStream(withHole(log.bus, 2), log.name, () => Promise.resolve()), {
    code: "STREAM_REFUSED",
    message: /piece 3 came in place of 2/,
  });
});
