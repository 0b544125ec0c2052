import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { packSpecSet, readSpecSet } from "./spec_set.ts";
import { createSpokeIndex, type SpokeChange, type SpokeEntry } from "./spoke_index.ts";

const spec = (name: string) => ({
  name,
  op_type: "query",
  visibility: "external",
  input_schema: {},
  output_schema: {},
  access_control: { required_scopes: [] },
});

const setOf = async (...names: string[]) => (await packSpecSet(names.map(spec))).set;
const files = await setOf("fs/read", "fs/write");
const shell = await setOf("sh/run", "fs/read");

let revision = 0;
const entry = (peerId: string, changes: Partial<SpokeEntry> = {}): SpokeEntry => ({
  ...{ peerId, node: "n1", nodeEpoch: 1, revision: ++revision, set: files },
  ...changes,
});
const namesOf = (entries: Iterable<SpokeEntry>) => Array.from(entries, ({ peerId }) => peerId);

Deno.test("packSpecSet() gives equal sets one hash, in whatever order they are told", async () => {
  const there = await packSpecSet([spec("fs/read"), spec("fs/write")]);
  const back = await packSpecSet([spec("fs/write"), spec("fs/read")]);
  strictEqual(there.set.hash, back.set.hash);
  strictEqual(readSpecSet(back.bytes).hash, there.set.hash);
  deepStrictEqual([...readSpecSet(there.bytes).operations.keys()].sort(), [
    "fs/read",
    "fs/write",
  ]);
});

Deno.test("an index knows who offers an operation, whichever set it is in", () => {
  const index = createSpokeIndex();
  index.set(entry("a"));
  index.set(entry("b", { set: shell }));
  deepStrictEqual(namesOf(index.offering("fs/read")), ["a", "b"]);
  deepStrictEqual(namesOf(index.offering("sh/run")), ["b"]);
  deepStrictEqual(namesOf(index.offering("sh/none")), []);
});

Deno.test("spokes that offer the same share one set", async () => {
  const index = createSpokeIndex();
  index.set(entry("a"));
  index.set(entry("b", { set: await setOf("fs/read", "fs/write") }));
  strictEqual(index.get("a")?.set, index.get("b")?.set);
});

Deno.test("the newest place of a spoke counts, in whatever order places are learnt", () => {
  const index = createSpokeIndex();
  index.set(entry("a", { node: "n2", revision: 20 }));
  index.set(entry("a", { node: "n1", revision: 19 }));
  strictEqual(index.get("a")?.node, "n2");
  index.delete("a", 19);
  strictEqual(index.get("a")?.node, "n2");
  index.delete("a", 20);
  strictEqual(index.get("a"), undefined);
  deepStrictEqual(namesOf(index.offering("fs/read")), []);
});

Deno.test("a spoke that comes back with other operations no longer offers the former", () => {
  const index = createSpokeIndex();
  index.set(entry("a"));
  index.set(entry("a", { set: shell }));
  deepStrictEqual(namesOf(index.offering("fs/write")), []);
  deepStrictEqual(namesOf(index.offering("fs/read")), ["a"]);
  strictEqual(index.size, 1);
});

Deno.test("listeners are told of each change once, until they leave", () => {
  const index = createSpokeIndex();
  const changes: SpokeChange[] = [];
  const leave = index.onChange((change) => changes.push(change));
  const first = entry("a");
  index.set(first);
  index.set(first);
  index.delete("a", first.revision);
  leave();
  index.set(entry("b"));
  deepStrictEqual(changes.map(({ before, after }) => [before?.peerId, after?.peerId]), [
    [undefined, "a"],
    ["a", undefined],
  ]);
});
