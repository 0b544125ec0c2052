import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Bus, encodeJson, joinMembership, openBucket, specKey, spokeKey } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { openSetStore } from "./set_store.ts";
import { packSpecSet } from "./spec_set.ts";
import { openSpokeDirectory, type SpokeDirectory } from "./spoke_directory.ts";
import { openStoredPlaces } from "./spoke_places.ts";
import { createTidySets, type SetStore } from "./tidy_sets.ts";
import { createUnpackedSets } from "./unpacked_sets.ts";

const MINUTE_MS = 60_000;

interface Node {
  readonly bus: Bus;
  readonly directory: SpokeDirectory;
  readonly epoch: number;
  readonly store: SetStore;
}

/** Nodes `n0`, `n1` and so on, which know of each other. */
async function startNodes(count: number): Promise<{ nodes: readonly Node[] } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const realm = nodes[0]?.bus.realm;
    const { bus } = stack.use(await testBus(realm === undefined ? {} : { realm }));
    const membership = stack.use(await joinMembership(bus, { node: `n${i}` }));
    const unpacked = createUnpackedSets();
    const directory = stack.use(await openSpokeDirectory(bus, { membership, unpacked }));
    const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "SPECS" });
    nodes.push({ bus, directory, epoch: membership.epoch, store: openSetStore(bus, bucket) });
    await until(() => membership.nodes().length === count || i + 1 < count, { what: "the others" });
  }
  const parts = stack.move();
  return { nodes, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

const packed = (name: string) =>
  packSpecSet([{
    ...{ name: `test/${name}`, namespace: "test", op_type: "query", visibility: "external" },
    ...{ input_schema: {}, output_schema: {}, error_schemas: [] },
    access_control: { required_scopes: [] },
  }]);

async function stored({ store }: Node): Promise<string[]> {
  return (await Array.fromAsync(store.list())).toSorted();
}

Deno.test("a set that no spoke has offered for ten minutes is taken away, by one of the nodes", async () => {
  await using world = await startNodes(2);
  const [first, second] = world.nodes;
  if (first === undefined || second === undefined) throw new Error("no nodes");
  const [kept, left] = [await packed("kept"), await packed("left")];
  await second.directory.claim("dev1", kept);
  const claim = await second.directory.claim("dev2", left);
  await until(() => first.directory.index.size === 2, { what: "the spokes to be known" });
  strictEqual(await first.directory.tidy(0), 0);
  strictEqual(await first.directory.tidy(60 * MINUTE_MS), 0);
  await claim.release();
  await until(() => first.directory.index.size === 1, { what: "the spoke to be gone" });
  strictEqual(await first.directory.tidy(60 * MINUTE_MS), 0);
  strictEqual(await first.directory.tidy(69 * MINUTE_MS), 0);
  deepStrictEqual(await stored(first), [kept.set.hash, left.set.hash].toSorted());
  strictEqual(await second.directory.tidy(100 * MINUTE_MS), 0);
  strictEqual(await first.directory.tidy(70 * MINUTE_MS), 1);
  deepStrictEqual(await stored(first), [kept.set.hash]);
  // Whoever offers it again stores it again.
  await first.directory.claim("dev3", left);
  await until(() => second.directory.index.get("dev3") !== undefined, { what: "dev3 to be known" });
  deepStrictEqual(await stored(first), [kept.set.hash, left.set.hash].toSorted());
});

Deno.test("a set that was offered for a moment is not taken away for another ten minutes", async () => {
  await using world = await startNodes(1);
  const [node] = world.nodes;
  if (node === undefined) throw new Error("no node");
  const one = await packed("one");
  await (await node.directory.claim("dev1", one)).release();
  strictEqual(await node.directory.tidy(0), 0);
  const claim = await node.directory.claim("dev1", one);
  strictEqual(await node.directory.tidy(9 * MINUTE_MS), 0);
  await claim.release();
  strictEqual(await node.directory.tidy(11 * MINUTE_MS), 0);
  strictEqual(await node.directory.tidy(21 * MINUTE_MS), 1);
});

Deno.test("a spoke that comes at the very moment at which its set is taken away has it all the same", async () => {
  await using world = await startNodes(2);
  const [first, second] = world.nodes;
  if (first === undefined || second === undefined) throw new Error("no nodes");
  const one = await packed("one"), { hash } = one.set;
  await first.store.put(hash, one.bytes);
  const spokes = await openBucket(second.bus.connection, {
    ...{ realm: second.bus.realm, bucket: "SPOKES" },
  });
  // The other node has seen that the set is stored, and tells of its spoke when it is stored no more.
  const place = encodeJson({ node: "n1", epoch: second.epoch, set: hash });
  const store: SetStore = {
    ...first.store,
    async remove(...which) {
      const isRemoved = await first.store.remove(...which);
      await spokes.put(spokeKey("dev1"), place);
      return isRemoved;
    },
  };
  const places = openStoredPlaces(first.bus);
  const tidy = createTidySets({
    store,
    offered: () => new Set(),
    used: async () => new Set((await places.read()).map((one) => one.hash)),
    own: () => new Map(),
  }, { graceMs: 0 });
  strictEqual(await tidy({ nowMs: 0, removes: true }), 0);
  deepStrictEqual(await stored(first), [hash]);
  await until(() => first.directory.index.get("dev1") !== undefined, { what: "dev1 to be known" });
});

Deno.test("a set that was put again meanwhile is not taken away", async () => {
  await using world = await startNodes(1);
  const [node] = world.nodes;
  if (node === undefined) throw new Error("no node");
  const one = await packed("one"), { hash } = one.set;
  await node.store.put(hash, one.bytes);
  const before = await node.store.read(hash);
  await node.store.put(hash, one.bytes);
  strictEqual(await node.store.remove(hash, before?.revision ?? 0), false);
  deepStrictEqual(await stored(node), [hash]);
});

Deno.test("what keeps a set from being taken away is told, unless it was put again; what was taken away is looked at all the same", async () => {
  await using world = await startNodes(1);
  const [node] = world.nodes;
  if (node === undefined) throw new Error("no node");
  const one = await packed("one"), two = await packed("two");
  for (const { set, bytes } of [one, two]) await node.store.put(set.hash, bytes);
  await using away = await testBus({ realm: node.bus.realm });
  const bucket = await openBucket(away.bus.connection, { realm: away.bus.realm, bucket: "SPECS" });
  const broken = openSetStore(away.bus, bucket);
  await away.bus[Symbol.asyncDispose]();
  let removed = 0;
  const store: SetStore = {
    ...node.store,
    remove: (...which) => (removed++ === 0 ? node.store : broken).remove(...which),
  };
  const tidy = createTidySets({
    store,
    offered: () => new Set(),
    used: () => Promise.resolve(new Set([one.set.hash, two.set.hash])),
    own: () => new Map(),
  }, { graceMs: 0 });
  await rejects(tidy({ nowMs: 0, removes: true }), { code: "CLOSED" });
  deepStrictEqual(await stored(node), [one.set.hash, two.set.hash].toSorted());
});

Deno.test("rounds of tidying run one after the other, and the directory ends with the last", async () => {
  await using world = await startNodes(1);
  const [node] = world.nodes;
  if (node === undefined) throw new Error("no node");
  const told: string[] = [];
  const store: SetStore = {
    ...node.store,
    async *list() {
      told.push("begun");
      yield* node.store.list();
      told.push("ended");
    },
  };
  const ports = { offered: () => new Set<string>(), own: () => new Map() };
  const tidy = createTidySets({ ...ports, store, used: () => Promise.resolve(new Set()) });
  await Promise.all([1, 2].map((nowMs) => tidy({ nowMs, removes: true })));
  deepStrictEqual(told, ["begun", "ended", "begun", "ended"]);
  const order: string[] = [];
  const rounds = [1, 2].map(() => node.directory.tidy().then(() => order.push("tidied")));
  await node.directory[Symbol.asyncDispose]();
  order.push("disposed");
  await Promise.all(rounds);
  deepStrictEqual(order, ["tidied", "tidied", "disposed"]);
});

Deno.test("a set that is lost while a spoke offers it is put back by the node that has the spoke", async () => {
  await using world = await startNodes(2);
  const [first, second] = world.nodes;
  if (first === undefined || second === undefined) throw new Error("no nodes");
  const one = await packed("one"), { hash } = one.set;
  await second.directory.claim("dev1", one);
  const bucket = await openBucket(first.bus.connection, {
    ...{ realm: first.bus.realm, bucket: "SPECS" },
  });
  await bucket.delete(specKey(hash));
  await first.directory.tidy();
  deepStrictEqual(await stored(first), []);
  await second.directory.tidy();
  deepStrictEqual(await stored(first), [hash]);
});
