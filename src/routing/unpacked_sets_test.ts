import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { packSpecSet, readSpecSet } from "./spec_set.ts";
import { createUnpackedSets } from "./unpacked_sets.ts";

const spec = (name: string, description = "") => ({
  ...{ name, op_type: "query", visibility: "external", description },
  input_schema: { type: "object", properties: { path: { type: "string" } } },
  output_schema: {},
  access_control: { required_scopes: ["fs"] },
});

/** What a set was unpacked from, and how often. */
function counted(...names: string[]) {
  const times = { unpacked: 0 };
  const unpack = () => (times.unpacked++, names.map((name) => spec(name)));
  return { times, unpack };
}

Deno.test("what is asked for often is unpacked once", () => {
  const sets = createUnpackedSets(), { times, unpack } = counted("fs/read");
  for (let i = 0; i < 10; i++) ok(sets.of("a", unpack).get("fs/read")?.spec.inputSchema);
  strictEqual(times.unpacked, 1);
});

Deno.test("what was not asked for lately is forgotten, and unpacked anew", () => {
  const size = JSON.stringify([spec("fs/read")]).length;
  const sets = createUnpackedSets(size * 4);
  const { times, unpack } = counted("fs/read");
  const kept = sets.of("a", unpack).get("fs/read");
  for (let i = 0; i < 4; i++) sets.of(`other ${i}`, counted("fs/read").unpack);
  sets.of("a", unpack);
  strictEqual(times.unpacked, 2);
  for (let i = 0; i < 4; i++) sets.of(`another ${i}`, counted("fs/read").unpack);
  // Whoever has kept an operation still gets its schemas.
  deepStrictEqual(Object.keys(kept?.spec.inputSchema.properties ?? {}), ["path"]);
  strictEqual(times.unpacked, 3);
});

Deno.test("what is asked for again and again outlives what is asked for once", () => {
  const size = JSON.stringify([spec("fs/read")]).length;
  const sets = createUnpackedSets(size * 8);
  const { times, unpack } = counted("fs/read");
  for (let i = 0; i < 100; i++) {
    sets.of("a", unpack);
    sets.of(`other ${i}`, counted("fs/read").unpack);
  }
  strictEqual(times.unpacked, 1);
});

Deno.test("a packed set knows its names, and gives all that was told when it is asked", async () => {
  const { set, bytes } = await packSpecSet([spec("fs/write"), spec("fs/read", "Reads")]);
  const { hash, operations } = readSpecSet(bytes);
  strictEqual(hash, set.hash);
  deepStrictEqual([...operations.keys()], ["fs/read", "fs/write"]);
  ok(operations.has("fs/read") && !operations.has("fs/none"));
  strictEqual(operations.get("fs/none"), undefined);
  strictEqual(operations.get("fs/read")?.spec.description, "Reads");
  deepStrictEqual(operations.get("fs/read")?.spec.accessControl.requiredScopes, ["fs"]);
  deepStrictEqual(Array.from(operations.values(), ({ name }) => name), ["fs/read", "fs/write"]);
  strictEqual((await packSpecSet([])).set.operations.size, 0);
});

Deno.test("a set that is damaged offers nothing, and one without a head is none", async () => {
  const { bytes } = await packSpecSet([spec("fs/read")]);
  const damaged = bytes.slice();
  damaged.fill(0, damaged.length - 8);
  strictEqual(readSpecSet(damaged).operations.get("fs/read"), undefined);
  for (const none of [new Uint8Array(), bytes.subarray(5), new TextEncoder().encode("x\n")]) {
    throws(() => readSpecSet(none), /it has no head/);
  }
});
