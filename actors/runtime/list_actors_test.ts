import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { actorSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counted } from "./_counted.ts";
import { createActorLister, type ListerOptions } from "./list_actors.ts";

const name = (i: number) => `a${String(i).padStart(3, "0")}`;

/** A realm with so many logs, and a lister that counts what it asks the server for, once `gate` opens. */
async function listed(
  count: number,
  { gate, ...options }: ListerOptions & { readonly gate?: Promise<void> } = {},
) {
  const world = await testBus();
  const { bus } = world;
  const begin = (id: string, kind = "k") =>
    bus.requests.publish(actorSubject(bus.realm, { kind, id }), "[]");
  await Promise.all(Array.from({ length: count }, (_, i) => begin(name(i))));
  const counting = counted(bus, gate);
  const lister = createActorLister(counting.bus, options);
  return {
    ...{ lister, begin },
    get asked() {
      return counting.asked;
    },
    async [Symbol.asyncDispose]() {
      lister[Symbol.dispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

Deno.test("pages are turned in what was listed for the first one", async () => {
  await using at = await listed(95);
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await at.lister.list({ limit: 10, ...(after ? { after } : {}) });
    ids.push(...page.addresses.map(({ id }) => id));
    strictEqual(page.total, 95);
    after = page.next;
  } while (after !== undefined);
  deepStrictEqual(ids, Array.from({ length: 95 }, (_, i) => name(i)));
  strictEqual(at.asked, 1);
});

Deno.test("a first page always shows what has begun by then", async () => {
  await using at = await listed(3);
  strictEqual((await at.lister.list()).total, 3);
  await at.begin("b");
  deepStrictEqual((await at.lister.list()).addresses.at(-1), { kind: "k", id: "b" });
});

Deno.test("pages of several kinds are turned side by side, and at another node than the first one was", async () => {
  await using at = await listed(6);
  for (const id of ["x", "y", "z"]) await at.begin(id, "other");
  const ids = async (kind: string, after?: string) => {
    const page = await at.lister.list({ kind, limit: 2, ...(after ? { after } : {}) });
    return { ids: page.addresses.map(({ id }) => id), next: page.next };
  };
  const one = await ids("k"), two = await ids("other");
  deepStrictEqual((await ids("k", one.next)).ids, [name(2), name(3)]);
  deepStrictEqual(await ids("other", two.next), { ids: ["z"], next: undefined });
  deepStrictEqual((await ids("k", "4:" + one.next?.split(":")[1])).ids, [name(2), name(3)]);
});

Deno.test("who turns pages of one kind does not make the others list theirs anew", async () => {
  await using at = await listed(0);
  const kinds = ["k", "l", "m", "n"];
  for (const kind of kinds) for (const id of ["a", "b", "c"]) await at.begin(id, kind);
  const after = new Map<string, string>();
  for (const id of ["a", "b", "c"]) {
    for (const kind of kinds) {
      const last = after.get(kind);
      const page = await at.lister.list({ kind, limit: 1, ...(last && { after: last }) });
      deepStrictEqual(page.addresses, [{ kind, id }]);
      if (page.next !== undefined) after.set(kind, page.next);
    }
  }
  strictEqual(at.asked, 4);
});

Deno.test("first pages of many actors that are asked for at once are listed once", async () => {
  await using at = await listed(20, { many: 20 });
  await at.lister.list();
  strictEqual(at.asked, 1);
  const pages = await Promise.all(Array.from({ length: 30 }, () => at.lister.list({ limit: 5 })));
  for (const { addresses, total } of pages) deepStrictEqual([addresses.length, total], [5, 20]);
  ok(at.asked <= 2, `${at.asked} requests`);
});

Deno.test("who waits too long for a first page is told to ask again, and has it listed once all the same", async () => {
  const gate = Promise.withResolvers<void>();
  await using at = await listed(5, { patienceMs: 20, gate: gate.promise });
  const tooLong = { code: "TIMEOUT", retryable: true, message: /ask again in a few seconds/ };
  await rejects(at.lister.list({ limit: 2 }), tooLong);
  await rejects(at.lister.list({ limit: 2 }), tooLong);
  strictEqual(at.asked, 1);
  gate.resolve();
  const page = await until(() => at.lister.list({ limit: 2 }), { what: "the page" });
  deepStrictEqual([page.addresses.length, page.total], [2, 5]);
});
