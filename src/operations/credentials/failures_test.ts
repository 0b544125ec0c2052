/**
 * Whatever stands in the way of a credential has a code that says what to do.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import pg from "pg";
import { testDatabase } from "../../../tests/harness/database.ts";
import { until } from "../../../tests/harness/until.ts";
import { newMasterKey, parseMasterKey, rekeyRing } from "../../crypto/mod.ts";
import { openHubRing } from "../../secrets/hub_ring.ts";
import type { KeyRingStore } from "../../secrets/ports.ts";
import { rotateSecrets } from "../../secrets/rotate.ts";
import { createKeyRingStore } from "../../storage/key_ring.ts";
import { SECRET, setUp, type SetUpOptions, token } from "./_testing.ts";

type World = Awaited<ReturnType<typeof setUp>>;

const AWAY = { code: "UNAVAILABLE", retryable: true };
const input = { provider: "mail", credential: token };

/** A connection of somebody who is in the way, or has a hand in it. */
async function openOther({ url }: World) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** Rotates until the first key is erased. */
async function retireFirst({ rows, store, masterKeys }: World, keys = masterKeys) {
  const now = Date.now();
  const { retired } = await rotateSecrets({
    ...{ rows, store, masterKeys: keys, now: () => now, retentionMs: 0 },
  });
  deepStrictEqual(retired, [100]);
}

/** What another connection does to one that waits for a row, and what becomes of the call. */
const WAITING: readonly (readonly [string, string, SetUpOptions])[] = [
  ["is cancelled", "select pg_cancel_backend($1)", {}],
  ["is cut", "select pg_terminate_backend($1)", {}],
  ["takes too long", "select $1::int", { statementTimeoutMs: 300 }],
];
for (const [what, does, options] of WAITING) {
  Deno.test(`a credential whose write ${what} is said to be unavailable, and set by trying again`, async () => {
    await using it = await setUp(options);
    await using other = await openOther(it);
    await other.query("begin; lock table credentials in exclusive mode");
    const refused = rejects(it.call("set", input), AWAY);
    const waiting = "select pid from pg_stat_activity" +
      " where wait_event_type = 'Lock' and datname = current_database()";
    let pid: unknown;
    await until(async () => (pid = (await other.query(waiting)).rows[0]?.pid) !== undefined, {
      what: "the write to wait",
    });
    await other.query(does, [pid]);
    await refused;
    await other.query("rollback");
    deepStrictEqual(await it.call("set", input), {});
  });
}

Deno.test("a database that takes no writes for now is unavailable", async () => {
  await using it = await setUp();
  await using other = await openOther(it);
  const name = new URL(it.url).pathname.slice(1);
  await other.query(`alter database ${name} set default_transaction_read_only = on`);
  await other.query(
    "select pg_terminate_backend(pid) from pg_stat_activity" +
      " where datname = current_database() and pid <> pg_backend_pid()",
  );
  await until(async () => {
    const error = await it.call("set", input).then(() => undefined, (thrown: unknown) => thrown);
    ok(error instanceof Error && "code" in error && error.code === "UNAVAILABLE");
    return error.cause instanceof Error && "code" in error.cause && error.cause.code === "25006";
  }, { what: "a connection that writes nothing" });
});

Deno.test("a credential is set with a new key when the one that the node knows was retired", async () => {
  await using it = await setUp();
  await retireFirst(it);
  deepStrictEqual(await it.call("set", input), {});
  strictEqual((await it.rows.all())[0]?.keyVersion, 101);
});

Deno.test("a ring that this node reads as it was before is unavailable", async () => {
  let first: ReturnType<KeyRingStore["load"]> | undefined;
  const storeOf = (store: KeyRingStore): KeyRingStore => ({
    replace: (change) => store.replace(change),
    load: async () => {
      const loaded = await store.load();
      first ??= loaded === undefined ? undefined : Promise.resolve(loaded);
      return await (first ?? loaded);
    },
  });
  await using it = await setUp({ storeOf });
  await it.call("set", input);
  await it.call("delete", { provider: "mail" });
  await openHubRing({ store: storeOf(it.store), masterKeys: it.masterKeys });
  await retireFirst(it);
  await rejects(it.call("set", input), AWAY);
});

Deno.test("a ring that was wrapped with another master key opens no more, and that is said", async () => {
  await using it = await setUp();
  const before = await it.store.load(), other = parseMasterKey(newMasterKey());
  ok(before !== undefined);
  const after = await rekeyRing(before, { from: it.masterKeys, to: other });
  ok(await it.store.replace({ before, after }));
  // The data keys are the same still.
  await it.call("set", input);
  await it.call("delete", { provider: "mail" });
  await retireFirst(it, [other]);
  await rejects(it.call("set", input), { code: "NO_USABLE_KEY" });
  ok(!it.answers.join().includes(SECRET));
});

Deno.test("a moment that no date can be is refused", async () => {
  await using it = await setUp();
  for (const expiresAt of [8.64e15 + 1, 253_402_300_800_000, -1]) {
    await rejects(it.call("set", { ...input, expiresAt }), { code: "VALIDATION_ERROR" });
  }
  await it.call("set", { ...input, expiresAt: 253_402_300_799_999 });
});

Deno.test("nodes that make the first key ring together make one, and all of them write with it", async () => {
  await using database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 8 });
  try {
    const masterKeys = [parseMasterKey(newMasterKey())], store = createKeyRingStore(pool);
    const rings = await Promise.all(
      Array.from({ length: 8 }, () => openHubRing({ store, masterKeys })),
    );
    const sealed = await Promise.all(rings.map((ring) => ring.encrypt("x", "credential:a")));
    for (const ring of rings) {
      for (const envelope of sealed) strictEqual(await ring.decrypt(envelope, "credential:a"), "x");
    }
  } finally {
    await pool.end();
  }
});
