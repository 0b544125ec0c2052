import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { createPlacement } from "./placement.ts";

const node = fc.oneof(fc.uuid(), fc.integer({ min: 0, max: 99 }).map((i) => `node-${i}`));
const nodes = fc.uniqueArray(node, { minLength: 1, maxLength: 12 });
const address = fc.record({ kind: fc.string({ minLength: 1 }), id: fc.string({ minLength: 1 }) });

Deno.test("ownerOf() depends on the set of nodes, not on their order or repetition", () => {
  fc.assert(fc.property(nodes, address, (ids, at) => {
    const owner = createPlacement(ids).ownerOf(at);
    ok(owner !== undefined && ids.includes(owner));
    strictEqual(createPlacement(ids.toReversed()).ownerOf(at), owner);
    strictEqual(createPlacement([...ids, ...ids]).ownerOf(at), owner);
  }));
});

Deno.test("a node that joins takes actors, and none moves between the others", () => {
  fc.assert(fc.property(nodes, node, fc.array(address), (ids, joining, all) => {
    fc.pre(!ids.includes(joining));
    const before = createPlacement(ids), after = createPlacement([...ids, joining]);
    for (const at of all) {
      const owner = after.ownerOf(at);
      ok(owner === joining || owner === before.ownerOf(at));
    }
  }));
});

Deno.test("a node that leaves gives its actors to those next in rank, and no other moves", () => {
  fc.assert(fc.property(nodes, fc.nat(), fc.array(address), (ids, pick, all) => {
    fc.pre(ids.length > 1);
    const leaving = ids[pick % ids.length];
    const before = createPlacement(ids);
    const after = createPlacement(ids.filter((id) => id !== leaving));
    for (const at of all) {
      const [first, second] = before.rank(at);
      strictEqual(after.ownerOf(at), first === leaving ? second : first);
    }
  }));
});

Deno.test("rank() begins with the owner and has every node once", () => {
  fc.assert(fc.property(nodes, address, (ids, at) => {
    const placement = createPlacement(ids);
    const ranked = placement.rank(at);
    strictEqual(ranked[0], placement.ownerOf(at));
    deepStrictEqual(ranked.toSorted(), ids.toSorted());
  }));
});

/** Names as they occur: counters, padded, random, with a long common beginning. */
const idStyles: Record<string, (i: number) => string> = {
  "counted": (i) => String(i),
  "padded": (i) => String(i).padStart(12, "0"),
  "random": () => crypto.randomUUID(),
  "long and alike": (i) => `${"tenant-with-a-long-name-".repeat(4)}${i}`,
  "different at the front": (i) => `${i}-session-of-somebody`,
};
const nodeStyles: Record<string, (i: number) => string> = {
  "counted": (i) => `hub-${i}`,
  "random": () => crypto.randomUUID(),
};

const ACTORS = 20_000;

for (const [nodeStyle, nodeName] of Object.entries(nodeStyles)) {
  for (const [style, idOf] of Object.entries(idStyles)) {
    Deno.test(`actors with ${style} ids spread evenly over ${nodeStyle} nodes`, () => {
      for (const count of [2, 3, 5, 10]) {
        const placement = createPlacement(Array.from({ length: count }, (_, i) => nodeName(i)));
        const shares = new Map(placement.nodes.map((id) => [id, 0]));
        for (let i = 0; i < ACTORS; i++) {
          const owner = placement.ownerOf({ kind: "session", id: idOf(i) }) ?? "";
          shares.set(owner, (shares.get(owner) ?? 0) + 1);
        }
        // Chance alone keeps within five standard deviations but once in a million tests.
        const mean = ACTORS / count;
        const allowed = 5 * Math.sqrt(mean * (1 - 1 / count));
        for (const [id, share] of shares) {
          ok(Math.abs(share - mean) < allowed, `${id} of ${count} has ${share}, mean is ${mean}`);
        }
      }
    });
  }
}

Deno.test("ownerOf() answers as in every earlier release, or nodes of two releases would disagree", () => {
  const placement = createPlacement(["n1", "n2", "n3"]);
  const owners = ["a", "b", "c", "d", "e", "f", "ü", "€"].map((id) =>
    placement.ownerOf({ kind: "counter", id })
  );
  deepStrictEqual(owners, ["n3", "n2", "n2", "n3", "n1", "n3", "n2", "n3"]);
});

Deno.test("a placement without nodes has no owners", () => {
  const empty = createPlacement([]);
  strictEqual(empty.ownerOf({ kind: "k", id: "i" }), undefined);
  deepStrictEqual(empty.rank({ kind: "k", id: "i" }), []);
});
