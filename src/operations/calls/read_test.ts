import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { OperationRegistry, registryView } from "@alkdev/operations";
import pg from "pg";
import { createCallProjection } from "../../storage/calls/projection.ts";
import { createCallReader } from "../../storage/calls/reader.ts";
import { testDatabase } from "../../../tests/harness/database.ts";
import { callTree, getCall } from "./read.ts";

/** Reads calls that were told one after the other, each a millisecond after the one before. */
async function openWorld(calls: readonly object[]) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // Its connections may still be closing when the database is dropped under them.
  pool.on("error", () => {});
  stack.defer(() => pool.end());
  const ended = { operation: "dev1/fs/read", us: 1, outcome: "ok" };
  const body = JSON.stringify({
    at: Date.now() - 10_000,
    calls: calls.map((call, at) => ({ ...ended, ...call, at })),
  });
  await createCallProjection(pool).advance(() =>
    Promise.resolve({ messages: [{ seq: 1, node: "n1", body }], position: 1 })
  );
  const view = registryView(new OperationRegistry());
  const parts = stack.move();
  return {
    ports: { calls: createCallReader(pool), view: () => view },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

const id = (number: number) => number.toString(16).padStart(16, "0");
const trace = (number: number) => number.toString(16).padStart(32, "0");
const as = (name: string, ...scopes: string[]) => ({ identity: { id: name, scopes } });

Deno.test("a call is found by the id of its request, however many others have chosen the same one", async () => {
  const mine = { id: id(1), trace: trace(1), request: "1", caller: "ann" };
  const others = Array.from({ length: 40 }, (_, index) => ({
    ...{ id: id(index + 2), trace: trace(2), request: "1" },
    ...(index % 2 === 0 ? {} : { caller: "bob" }),
  }));
  await using world = await openWorld([mine, ...others]);
  const { ports } = world;
  strictEqual((await getCall(ports, { id: "1" }, as("ann"))).id, id(1));
  strictEqual((await callTree(ports, { id: "1" }, as("ann"))).trace, trace(1));
  // Of several of one's own, the newest.
  strictEqual((await getCall(ports, { id: "1" }, as("bob"))).id, id(41));
  await rejects(getCall(ports, { id: "1" }, as("eve")), { code: "CALL_NOT_FOUND" });
});

Deno.test("a call is found by its own id, though others have chosen that for their requests", async () => {
  await using world = await openWorld([
    { id: id(1), trace: trace(1), request: "a", caller: "ann" },
    { id: id(2), trace: trace(2), request: id(1), caller: "root" },
    { id: id(3), trace: trace(3), request: id(1), caller: "bob" },
  ]);
  const { ports } = world;
  for (const who of [as("ann"), as("root", "admin")]) {
    strictEqual((await getCall(ports, { id: id(1) }, who)).id, id(1));
  }
  // What is not there for somebody does not stand before what is.
  strictEqual((await getCall(ports, { id: id(1) }, as("bob"))).id, id(3));
});

Deno.test("of a trace that is too long, the tree of a call is what led to it, and what it led to", async () => {
  const others = Array.from({ length: 1_100 }, (_, index) => ({
    ...{ id: id(index + 100), trace: trace(1), request: "other" },
  }));
  const asked = { trace: trace(1), request: "1" };
  await using world = await openWorld([
    ...others,
    { ...asked, id: id(1), parent: id(99) },
    { ...asked, id: id(2), parent: id(1) },
    { ...asked, id: id(3), parent: id(2) },
    { ...asked, id: id(4), parent: id(2) },
    { ...asked, id: id(5), parent: id(1) },
    // Whoever calls chooses the parent: of another trace, or in a circle.
    { ...asked, id: id(6), parent: id(3), trace: trace(2) },
    { ...asked, id: id(7), parent: id(8) },
    { ...asked, id: id(8), parent: id(7) },
  ]);
  const treeOf = async (number: number) => {
    const { calls, isWhole } = await callTree(world.ports, { id: id(number) }, as("r", "admin"));
    return [isWhole, calls.map(({ id, depth }) => [Number.parseInt(id, 16), depth])];
  };
  deepStrictEqual(await treeOf(2), [false, [[1, 0], [2, 1], [3, 2], [4, 2]]]);
  deepStrictEqual(await treeOf(5), [false, [[1, 0], [5, 1]]]);
  deepStrictEqual(await treeOf(8), [false, [[7, 0], [8, 1]]]);
  deepStrictEqual(await treeOf(6), [true, [[6, 0]]]);
});
