import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { callEventSubject, openStreamReader, streamBounds } from "@hub/bus";
import pg from "pg";
import type { ToldMessage } from "../../calls/call_store.ts";
import { projectCalls } from "../../calls/project_calls.ts";
import { testBus } from "../../../tests/harness/bus.ts";
import { testDatabase } from "../../../tests/harness/database.ts";
import { until } from "../../../tests/harness/until.ts";
import { createCallProjection } from "./projection.ts";
import { createCallReader } from "./reader.ts";

const HOUR_MS = 3_600_000;
const ANN = { caller: "ann" };
const TRACE = "0123456789abcdef".repeat(2);

interface World extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly projection: ReturnType<typeof createCallProjection>;
  readonly reader: ReturnType<typeof createCallReader>;
}

async function openWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // Its connections may still be closing when the database is dropped under them.
  pool.on("error", () => {});
  stack.defer(() => pool.end());
  const parts = stack.move();
  return {
    ...{ pool, projection: createCallProjection(pool), reader: createCallReader(pool) },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** An id of a call. */
const id = (number: number) => number.toString(16).padStart(16, "0");

/** A call as a message tells it. */
function told(number: number, more: Record<string, unknown> = {}) {
  const request = `request ${number}`;
  return { id: id(number), trace: TRACE, request, operation: "hub/test/echo", at: number, ...more };
}

const ENDED = { us: 1500, outcome: "ok" };

function body(calls: readonly unknown[], at = Date.now()): string {
  return JSON.stringify({ at, calls });
}

const messages = (...bodies: readonly string[]): ToldMessage[] =>
  bodies.map((body, index) => ({ seq: index + 1, node: "n1", body }));

/** Gives messages, as reading the stream does. */
const reading = (given: readonly ToldMessage[]) => (after: number) => {
  const left = given.filter(({ seq }) => seq > after);
  return Promise.resolve({ messages: left, position: left.at(-1)?.seq ?? after });
};

Deno.test("what messages tell is kept: each call once, as it was told last", async () => {
  await using world = await openWorld();
  const { projection, reader } = world;
  const at = Date.now() - 1_000;
  await projection.advance(reading(messages(
    body([told(1), told(2, { parent: id(1), peer: "dev1", caller: "ann", originator: "bob" })], at),
    body([told(1, ENDED), told(3, { us: 7, outcome: "TIMEOUT", input: '"\\u0000"' })], at),
  )));
  const [third, second, first, ...others] = await reader.list({ limit: 10 });
  deepStrictEqual(others, []);
  const common = { trace: TRACE, operation: "hub/test/echo", node: "n1" };
  deepStrictEqual(first, {
    ...{ ...common, id: id(1), request: "request 1", status: "ok", durationMs: 1.5 },
    startedAt: new Date(at + 1),
  });
  deepStrictEqual(second, {
    ...{
      ...common,
      id: id(2),
      request: "request 2",
      status: "running",
      startedAt: new Date(at + 2),
    },
    ...{ parent: id(1), peer: "dev1", caller: "ann", originator: "bob" },
  });
  deepStrictEqual(third, {
    ...{
      ...common,
      id: id(3),
      request: "request 3",
      status: "failed",
      startedAt: new Date(at + 3),
    },
    ...{ error: "TIMEOUT", durationMs: 0.007, input: '"\\u0000"' },
  });
  // Told once more, from the beginning on, nothing changes.
  await world.pool.query("update projections set position = 0 where name = 'calls'");
  await projection.advance(reading(messages(body([told(1)], at), body([told(1, ENDED)], at))));
  deepStrictEqual(await reader.find(id(1), ANN), [first]);
  const { rows } = await world.pool.query("select source, target, type from call_edges");
  deepStrictEqual(rows, [{ source: id(1), target: id(2), type: "triggered" }]);
});

Deno.test("calls are listed by what is asked for, page by page, and found by the id of a request", async () => {
  await using world = await openWorld();
  const { projection, reader } = world;
  const at = Date.now() - 1_000;
  await projection.advance(reading(messages(body([
    told(1, ENDED),
    told(2, {
      ...{ ...ENDED, operation: "dev1/fs/read", peer: "dev1" },
      // Told once, though both are the same.
      ...{ caller: "ann", originator: "ann" },
    }),
    told(3, { us: 1, outcome: "TIMEOUT", operation: "dev1/fs/write", peer: "dev1" }),
    told(4, { operation: "dev1/f_/x", peer: "dev1", originator: "ann", trace: "f".repeat(32) }),
  ], at))));
  const numbers = async (filter: object, limit = 10) =>
    (await reader.list({ limit, ...filter })).map((row) => Number.parseInt(row.id, 16));
  for (
    const [filter, expected] of [
      [{}, [4, 3, 2, 1]],
      [{ operation: "dev1/fs/read" }, [2]],
      [{ operation: "dev1/fs/*" }, [3, 2]],
      [{ operation: "dev1/f_*" }, [4]],
      [{ peer: "dev1" }, [4, 3, 2]],
      [{ caller: "ann" }, [4, 2]],
      [{ outcome: "ok" }, [2, 1]],
      [{ outcome: "failed" }, [3]],
      [{ outcome: "TIMEOUT" }, [3]],
      [{ outcome: "running" }, [4]],
      [{ trace: TRACE }, [3, 2, 1]],
      [{ since: new Date(at + 2), until: new Date(at + 4) }, [3, 2]],
      [{ after: { startedAt: new Date(at + 3), id: id(3) } }, [2, 1]],
    ] as const
  ) deepStrictEqual(await numbers(filter), expected, JSON.stringify(filter));
  deepStrictEqual(await numbers({}, 2), [4, 3]);
  deepStrictEqual((await reader.find("request 3", ANN)).map((row) => row.id), [id(3)]);
  deepStrictEqual(await reader.find("request 9", ANN), []);
  deepStrictEqual((await reader.trace(TRACE, { limit: 2 })).map((row) => row.id), [id(1), id(2)]);
});

Deno.test("one node at a time takes a step, and each message is taken once", async () => {
  await using world = await openWorld();
  const { projection, pool } = world;
  const other = createCallProjection(pool);
  const given = messages(body([told(1, ENDED)]), body([told(2, ENDED)]));
  const reached = Promise.withResolvers<void>(), go = Promise.withResolvers<void>();
  const first = projection.advance(async (after) => {
    reached.resolve();
    await go.promise;
    return await reading(given)(after);
  });
  await reached.promise;
  strictEqual(await other.advance(reading(given)), undefined);
  go.resolve();
  strictEqual((await first)?.messages.length, 2);
  deepStrictEqual(await other.advance(reading(given)), { messages: [], position: 2 });
  // A step that fails leaves nothing behind.
  const more = [...given, { seq: 3, node: "n1", body: "no JSON" }];
  await rejects(other.advance(reading(more)));
  deepStrictEqual(await other.advance(reading(given)), { messages: [], position: 2 });
});

Deno.test("calls of a node that is gone are lost, and those of its former life", async () => {
  await using world = await openWorld();
  const { projection, reader } = world;
  const at = Date.now() - HOUR_MS;
  await projection.advance(reading([
    { seq: 1, node: "gone", body: body([told(1), told(2, ENDED)], at) },
    { seq: 2, node: "here", body: body([told(3)], at) },
    { seq: 3, node: "other", body: body([told(4)], at) },
  ]));
  const nodes = ["here", "other"], node = "here";
  strictEqual(await projection.markLost({ nodes, node, since: new Date(at) }), 1);
  strictEqual(await projection.markLost({ nodes, node, since: new Date(at + 1_000) }), 1);
  const statuses = (await reader.list({ limit: 9 })).map(({ status }) => status);
  deepStrictEqual(statuses, ["running", "lost", "ok", "lost"]);
  // It was only out of reach: what it says later counts.
  await projection.advance(reading([{ seq: 4, node: "gone", body: body([told(1, ENDED)], at) }]));
  strictEqual((await reader.find(id(1), ANN))[0]?.status, "ok");
});

Deno.test("what is old is forgotten, a bounded number at a time", async () => {
  await using world = await openWorld();
  const { projection, pool } = world;
  const old = Array.from({ length: 5_001 }, (_, i) => told(i + 1, { ...ENDED, parent: id(0) }));
  await projection.advance(reading(messages(
    body(old, Date.now() - HOUR_MS),
    body([told(9_999, { parent: id(0) })]),
  )));
  const before = new Date(Date.now() - HOUR_MS / 2);
  const counts = [0, 0, 0];
  for (const at of counts.keys()) counts[at] = await projection.forget(before);
  deepStrictEqual(counts, [5_000, 1, 0]);
  for (const table of ["calls", "call_edges"]) {
    strictEqual((await pool.query(`select 1 from ${table}`)).rowCount, 1, table);
  }
});

Deno.test("two nodes keep what the stream tells, pass over what cannot be kept, and begin anew with the stream", async () => {
  await using world = await openWorld();
  await using wire = await testBus();
  const { bus } = wire, { projection, reader, pool } = world;
  const stream = await openStreamReader(bus);
  const publish = (text: string) => bus.requests.publish(callEventSubject(bus.realm, "n1"), text);
  await publish(body([told(1, ENDED)]));
  await publish("no JSON at all");
  await publish(body([told(2, { ...ENDED, at: "soon" })]));
  const live = () => ({ nodes: ["n1"], node: "n1", since: new Date(0) });
  const options = { bus, projection, live, reader: stream, retentionMs: HOUR_MS };
  await using one = projectCalls(options);
  await using two = projectCalls({ ...options, projection: createCallProjection(pool) });
  await publish(body([told(3, ENDED)]));
  one.nudge();
  two.nudge();
  const kept = async (expected: readonly number[]) =>
    await until(async () => {
      const rows = await reader.list({ limit: 10 });
      return JSON.stringify(rows.map((row) => Number.parseInt(row.id, 16))) ===
        JSON.stringify(expected);
    }, { what: `the calls ${expected} to be kept` });
  await kept([3, 1]);
  // As after a restore: more was read than there is.
  await pool.query("update projections set position = 1000 where name = 'calls'");
  await publish(body([told(4, ENDED)]));
  one.nudge();
  await kept([4, 3, 1]);
  strictEqual((await streamBounds(bus, "CALLS")).last, 5);
  ok((await reader.find(id(4), ANN))[0]?.durationMs === 1.5);
});
