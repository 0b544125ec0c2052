import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { findCycle, importGraph } from "./_import_graph.ts";
import { forbidden } from "./_layers.ts";

const root = new URL("..", import.meta.url);

const edges = await importGraph(root, await sources());

Deno.test("every import of the project goes in a direction that its layer allows", () => {
  ok(edges.length > 100, "the import graph was read");
  deepStrictEqual(edges.map(forbidden).filter((problem) => problem !== undefined), []);
});

Deno.test("no file of the project imports itself through others, types included", () => {
  strictEqual(findCycle(edges)?.join(" → "), undefined);
});

const FORBIDDEN = [
  ["packages/pubsub/src/index.ts", "src/main.ts"],
  ["packages/pubsub/src/index.ts", "packages/operations/src/index.ts"],
  ["packages/operations/src/call.ts", "packages/bus/mod.ts"],
  ["bridges/http/app.ts", "actors/runtime/host.ts"],
  ["bridges/http/app.ts", "src/storage/database.ts"],
  ["actors/session.ts", "packages/bus/mod.ts"],
  ["actors/session.ts", "@nats-io/nats-core"],
  ["actors/runtime/host.ts", "src/start_hub.ts"],
  ["actors/session.ts", "actors/runtime/host.ts"],
  ["actors/runtime/host.ts", "@nats-io/jetstream"],
  ["bridges/http/app.ts", "pg"],
  ["src/operations/keys/list.ts", "drizzle-orm"],
  ["packages/operations/src/call.ts", "@nats-io/nats-core"],
  ["src/config/schema.ts", "src/logger/mod.ts"],
  ["src/storage/database.ts", "tests/harness/mod.ts"],
  ["examples/counter.ts", "src/start_hub.ts"],
  ["utils/strings.ts", "src/main.ts"],
] as const;

for (const [from, to] of FORBIDDEN) {
  Deno.test(`forbidden() refuses an import of ${to} in ${from}`, () => {
    match(forbidden({ from, to }) ?? "", /may not import|no known layer/);
  });
}

const ALLOWED = [
  ["packages/flowgraph/src/index.ts", "packages/taskgraph/src/index.ts"],
  ["packages/bus/connect.ts", "@nats-io/nats-core"],
  ["packages/pubsub/src/redis_deno_test.ts", "tests/harness/redis.ts"],
  ["actors/session.ts", "xstate"],
  ["actors/session.ts", "actors/spoke.ts"],
  ["src/storage/database.ts", "pg"],
  ["actors/runtime/host.ts", "packages/bus/mod.ts"],
  ["src/start_hub.ts", "bridges/http/app.ts"],
  ["src/config/schema.ts", "src/config/settings.ts"],
  ["bench/actors_bench.ts", "tests/harness/mod.ts"],
] as const;

for (const [from, to] of ALLOWED) {
  Deno.test(`forbidden() accepts an import of ${to} in ${from}`, () => {
    strictEqual(forbidden({ from, to }), undefined);
  });
}

Deno.test("findCycle() names the files along a cycle", () => {
  const cycle = findCycle([
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "c", to: "b" },
  ]);
  deepStrictEqual(cycle, ["b", "c", "b"]);
});

async function sources(): Promise<string[]> {
  const folders = [
    ...["src", "packages", "actors", "bridges", "examples", "tests", "bench", "tools"],
  ];
  const found = await Promise.all(folders.map((folder) => filesBelow(folder)));
  return found.flat().toSorted();
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules" && name !== "dist") {
      found.push(...await filesBelow(path));
    } else if (/\.tsx?$/.test(name)) found.push(path);
  }
  return found;
}
