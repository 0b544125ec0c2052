import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { openTestBus, startServer, until } from "./_testing.ts";
import type { Bus } from "./connect.ts";
import { type DurableFailure, serveDurable, type ServeDurableOptions } from "./serve_durable.ts";
import { dueFilter, dueSubject, streamName } from "./subjects.ts";

const text = (data: Uint8Array) => new TextDecoder().decode(data);

function due(bus: Bus, id: string): string {
  return dueSubject(bus.realm, { kind: "k", id, timer: "t" });
}

function serve(bus: Bus, options: Pick<ServeDurableOptions, "handle" | "onError">) {
  const served = { stream: "TIMERS", durable: "timers", filter: dueFilter(bus.realm) } as const;
  return serveDurable(bus, { ...served, ...options });
}

async function stored(bus: Bus): Promise<number> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  return (await manager.streams.info(streamName(bus.realm, "TIMERS"))).state.messages;
}

Deno.test("serveDurable() hands over each message once, and removes what was dealt with", async () => {
  await using bus = await openTestBus({ streams: true });
  const taken: string[] = [];
  // deno-lint-ignore require-await -- it is done at once
  const handle = async ({ data }: { data: Uint8Array }) => void taken.push(text(data));
  await bus.requests.publish(due(bus, "a"), "before");
  await using _served = await serve(bus, { handle });
  await bus.requests.publish(due(bus, "b"), "after");
  await until(async () => await stored(bus) === 0, { what: "all to be removed" });
  deepStrictEqual(taken, ["before", "after"]);
});

Deno.test("a message whose handler fails comes again later and later, and that is told less and less often", async () => {
  await using bus = await openTestBus({ streams: true });
  const failures: DurableFailure[] = [], times: number[] = [];
  const onError = (error: unknown, failure: DurableFailure) => {
    strictEqual(error instanceof Error && error.message, "not yet");
    failures.push(failure);
  };
  const handle = ({ subject }: { subject: string }) => {
    if (subject !== due(bus, "bad")) return Promise.resolve();
    times.push(performance.now());
    return times.length < 4 ? Promise.reject(new Error("not yet")) : Promise.resolve();
  };
  await using _served = await serve(bus, { handle, onError });
  await bus.requests.publish(due(bus, "bad"), "x");
  await bus.requests.publish(due(bus, "good"), "x");
  await until(async () => await stored(bus) === 1, { what: "the good one not to wait for it" });
  await until(async () => await stored(bus) === 0, { what: "the bad one to be dealt with" });
  strictEqual(times.length, 4);
  const pauses = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  for (const [at, pause] of pauses.entries()) ok(pause > 400 * 2 ** at, `${pause} ms`);
  const about = { durable: "timers", subject: due(bus, "bad") } as const;
  deepStrictEqual(failures, [{ ...about, attempt: 1 }, { ...about, attempt: 2 }]);
});

Deno.test("a message that somebody has removed meanwhile is no failure", async () => {
  await using bus = await openTestBus({ streams: true });
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const failures: DurableFailure[] = [];
  let taken = 0;
  const handle = async () => {
    await manager.streams.purge(streamName(bus.realm, "TIMERS"));
    taken++;
  };
  {
    await using _served = await serve(bus, { handle, onError: (_, told) => failures.push(told) });
    await bus.requests.publish(due(bus, "a"), "x");
    await until(() => taken === 1, { what: "it to be taken" });
  }
  deepStrictEqual(failures, []);
});

Deno.test("a consumer that cannot be made is told of, and made again when it can be", async () => {
  await using server = await startServer();
  await using bus = await openTestBus({ servers: server.url, streams: true, reconnectWaitMs: 20 });
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const failures: DurableFailure[] = [];
  const taken: string[] = [];
  const handle = ({ data }: { data: Uint8Array }) => Promise.resolve(void taken.push(text(data)));
  await using _served = await serve(bus, { handle, onError: (_, told) => failures.push(told) });
  const name = streamName(bus.realm, "TIMERS");
  const { config } = await manager.streams.info(name);
  await manager.streams.delete(name);
  await until(() => failures.length > 0, { what: "it to be told" });
  deepStrictEqual(failures[0], { durable: "timers", attempt: 1 });
  await manager.streams.add({ ...config, name });
  await bus.requests.publish(due(bus, "a"), "x");
  await until(() => taken.length === 1, { what: "the message to be taken" });
});
