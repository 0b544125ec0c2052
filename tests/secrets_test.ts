/**
 * Secrets in a real database: stored encrypted, rotated while they are used, read by nobody.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  envelopeBytes,
  envelopeOf,
  newMasterKey,
  openKeyRing,
  parseMasterKey,
} from "../src/crypto/mod.ts";
import { createCapabilitySource } from "../src/secrets/capability_source.ts";
import { createCredentials, credentialContext } from "../src/secrets/credentials.ts";
import { openHubRing } from "../src/secrets/hub_ring.ts";
import type { MasterKeys } from "../src/secrets/master_keys.ts";
import type { CredentialRows } from "../src/secrets/ports.ts";
import { rekeySecrets } from "../src/secrets/rekey.ts";
import { type RotateOptions, rotateSecrets } from "../src/secrets/rotate.ts";
import { createCredentialRows } from "../src/storage/credentials.ts";
import { openDatabase } from "../src/storage/database.ts";
import { createKeyRingStore } from "../src/storage/key_ring.ts";
import { inBackground } from "./harness/background.ts";
import { testDatabase } from "./harness/database.ts";

const BY = { kind: "operator", id: "test" } as const;
const DAY_MS = 86_400_000;
const bearer = (token: string) => ({ kind: "bearer", token }) as const;
const keyOf = (provider: string) => ({ provider, account: "" });

/** A database with a ring in it, and two nodes that use it. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const { pool } = stack.use(
    await openDatabase({ url, poolSize: 5, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 }),
  );
  const masterKeys: MasterKeys = [parseMasterKey(newMasterKey())];
  const store = createKeyRingStore(pool);
  const rows = createCredentialRows({ pool, node: "n1" });
  const node = async (keys = masterKeys) => {
    const ring = await openHubRing({ store, masterKeys: keys });
    return { ring, credentials: createCredentials({ rows, ring }) };
  };
  const rotation = (more: Partial<RotateOptions> = {}): RotateOptions => ({
    ...{ rows, store, masterKeys, now: Date.now },
    ...more,
  });
  const parts = stack.move();
  return {
    ...{ pool, store, rows, masterKeys, node, rotation },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("what is set comes back from the source alone, and stands nowhere in clear", async () => {
  await using it = await setUp();
  const { credentials } = await it.node();
  const set = { kind: "custom", scheme: "x", params: { a: "hunter2-\u{1f511}" } } as const;
  await credentials.set({ ...keyOf("mail"), set }, BY);
  await credentials.set({ provider: "mail", account: "ann", set: bearer("other") }, BY);
  deepStrictEqual(await credentials.read(keyOf("mail")), set);
  strictEqual(await credentials.read(keyOf("none")), undefined);
  const { rows } = await it.pool.query(
    "select c::text as text from credentials c union all select a::text from audit_log a",
  );
  strictEqual(rows.length, 4);
  ok(!JSON.stringify(rows).includes("hunter2"));
  const names = await credentials.list({ limit: 10 });
  deepStrictEqual(names.map(({ provider, account, kind }) => [provider, account, kind]), [
    ["mail", "", "custom"],
    ["mail", "ann", "bearer"],
  ]);
  deepStrictEqual((await credentials.list({ limit: 1, after: keyOf("mail") })).length, 1);
  strictEqual(await credentials.delete(keyOf("mail"), BY), true);
  strictEqual(await credentials.delete(keyOf("mail"), BY), false);
  strictEqual(await credentials.read(keyOf("mail")), undefined);
});

Deno.test("an envelope that somebody moved to another row does not open, and the others do", async () => {
  await using it = await setUp();
  const { credentials } = await it.node();
  await credentials.set({ ...keyOf("a"), set: bearer("secret of a") }, BY);
  await credentials.set({ ...keyOf("b"), set: bearer("secret of b") }, BY);
  await it.pool.query(
    "update credentials b set iv = a.iv, data = a.data from credentials a where b.provider = 'b' and a.provider = 'a'",
  );
  await rejects(credentials.read(keyOf("b")), { code: "DECRYPTION_FAILED" });
  const { sets, failed } = await credentials.readAll();
  deepStrictEqual([sets.map(({ provider }) => provider), failed], [["a"], ["credential:b"]]);
});

Deno.test("ten nodes that start together make one key ring", async () => {
  await using it = await setUp();
  const nodes = await Promise.all(Array.from({ length: 10 }, () => it.node()));
  await nodes[0]?.credentials.set({ ...keyOf("a"), set: bearer("x") }, BY);
  for (const { credentials } of nodes) {
    deepStrictEqual(await credentials.read(keyOf("a")), bearer("x"));
  }
});

Deno.test("another master key does not open the ring", async () => {
  await using it = await setUp();
  await it.node();
  await rejects(it.node([parseMasterKey(newMasterKey())]), {
    message: "Cannot open: master key does not match key ring",
  });
});

Deno.test("capabilities hold what is stored now, and what a call has it keeps", async () => {
  await using it = await setUp();
  const { credentials } = await it.node();
  const source = createCapabilitySource(credentials);
  await credentials.set({ ...keyOf("a"), set: bearer("first") }, BY);
  await source.reload();
  const before = source.capabilities(["a", "b"]);
  await credentials.set({ ...keyOf("a"), set: bearer("second") }, BY);
  await source.reload();
  deepStrictEqual([before.get("a"), source.capabilities(["a"]).get("a")], ["first", "second"]);
  deepStrictEqual(source.capabilities(["b"]).names(), []);
});

async function fill(
  rows: CredentialRows,
  node: Awaited<ReturnType<typeof setUp>>["node"],
  count: number,
) {
  const { credentials, ring } = await node();
  for (let index = 0; index < count; index++) {
    await credentials.set({
      ...keyOf(`p${String(index).padStart(3, "0")}`),
      set: bearer(`s${index}`),
    }, BY);
  }
  strictEqual([...(await rows.countByVersion()).values()][0], count);
  return { credentials, ring };
}

Deno.test("a rotation encrypts everything anew, tells how far it is, and keeps the old key for a while", async () => {
  await using it = await setUp();
  const { credentials } = await fill(it.rows, it.node, 25);
  const told: string[] = [];
  const rotation = await rotateSecrets(it.rotation({
    batch: 10,
    onProgress: ({ done, left, failed }) => told.push(`${done} ${left} ${failed.length}`),
  }));
  deepStrictEqual(rotation, {
    done: 25,
    left: 0,
    failed: [],
    current: 101,
    resumed: false,
    retired: [],
  });
  deepStrictEqual(told, ["10 15 0", "20 5 0", "25 0 0"]);
  deepStrictEqual(await it.rows.countByVersion(), new Map([[101, 25]]));
  // This node has not heard of it: it reads the ring again when it meets the new version.
  deepStrictEqual(await credentials.read(keyOf("p007")), bearer("s7"));
  strictEqual((await it.store.load())?.keys[100]?.state, "retiring");
});

Deno.test("the key of a rotation is erased once nothing needs it, also no backup", async () => {
  await using it = await setUp();
  await fill(it.rows, it.node, 3);
  const old = await it.store.load();
  await rotateSecrets(it.rotation());
  const later = () => Date.now() + 31 * DAY_MS;
  const { retired } = await rotateSecrets(it.rotation({ resumeOnly: true, now: later }));
  deepStrictEqual(retired, [100]);
  const { rows: [row] } = await it.pool.query(
    "select wrapped_data, state, retired_at is not null as at from key_ring where version = 100",
  );
  deepStrictEqual(row, { wrapped_data: null, state: "retired", at: true });
  deepStrictEqual((await rotateSecrets(it.rotation({ retentionMs: 0 }))).retired, [101]);
  ok(old);
});

Deno.test("a rotation that was killed anywhere goes on where it stopped, without another key", async () => {
  await using it = await setUp();
  await fill(it.rows, it.node, 20);
  for (const killedAfter of [0, 1, 5, 8]) {
    let replaced = 0;
    const rows: CredentialRows = {
      ...it.rows,
      replaceIfSame(before, after) {
        if (replaced++ === killedAfter) throw new Error("killed");
        return it.rows.replaceIfSame(before, after);
      },
    };
    await rejects(rotateSecrets(it.rotation({ rows })), /killed/);
    const { credentials } = await it.node();
    strictEqual((await credentials.readAll()).sets.length, 20);
  }
  const { current, resumed, left } = await rotateSecrets(it.rotation());
  deepStrictEqual({ current, resumed, left }, { current: 101, resumed: true, left: 0 });
  const second = await rotateSecrets(it.rotation({ resumeOnly: true }));
  deepStrictEqual([second.done, second.left, second.current], [0, 0, 101]);
});

Deno.test("secrets are set and read all the while, and none is lost", async () => {
  await using it = await setUp();
  await fill(it.rows, it.node, 40);
  const nodes = await Promise.all([it.node(), it.node()]);
  const latest = new Map<string, string>();
  await using work = inBackground((goesOn) =>
    nodes.map(async ({ ring, credentials }, node) => {
      for (let round = 0; goesOn(); round++) {
        // A node is told of a new key; one that never is would undo the rotation's work for ever.
        if (round % 10 === 9) await ring.reload();
        const provider = `p${String((round * 2 + node) % 40).padStart(3, "0")}`;
        const token = `${node}-${round}`;
        await credentials.set({ ...keyOf(provider), set: bearer(token) }, BY);
        latest.set(provider, token);
        deepStrictEqual(await credentials.read(keyOf(provider)), bearer(token));
      }
    })
  );
  for (let round = 0; round < 5; round++) {
    const { failed } = await rotateSecrets(it.rotation({ batch: 7, retentionMs: 0 }));
    deepStrictEqual(failed, []);
  }
  await work.stop();
  const { credentials } = await it.node();
  const { sets, failed } = await credentials.readAll();
  deepStrictEqual([sets.length, failed], [40, []]);
  for (const [provider, token] of latest) {
    deepStrictEqual(sets.find((set) => set.provider === provider)?.set, bearer(token));
  }
});

Deno.test("two rotations at once leave everything readable", async () => {
  await using it = await setUp();
  await fill(it.rows, it.node, 30);
  await Promise.all([1, 2, 3].map(() => rotateSecrets(it.rotation({ batch: 4, retentionMs: 0 }))));
  const { left } = await rotateSecrets(it.rotation({ resumeOnly: true, retentionMs: 0 }));
  strictEqual(left, 0);
  const { sets, failed } = await (await it.node()).credentials.readAll();
  deepStrictEqual([sets.length, failed], [30, []]);
});

Deno.test("what does not open is named and left alone, and its key is kept", async () => {
  await using it = await setUp();
  await fill(it.rows, it.node, 3);
  await it.pool.query(
    "update credentials set data = set_byte(data, 0, get_byte(data, 0) # 1) where provider = 'p001'",
  );
  const rotation = await rotateSecrets(it.rotation({ retentionMs: 0 }));
  deepStrictEqual([rotation.done, rotation.left, rotation.failed], [2, 0, ["credential:p001"]]);
  deepStrictEqual(rotation.retired, []);
});

Deno.test("a node that missed a rotation does not write with an erased key", async () => {
  await using it = await setUp();
  const { credentials } = await fill(it.rows, it.node, 1);
  const { ring } = await it.node();
  const envelope = await ring.encrypt("x", credentialContext(keyOf("p000")));
  await rotateSecrets(it.rotation({ retentionMs: 0 }));
  const stale = { ...keyOf("p000"), kind: "bearer", expiresAt: null, ...envelopeBytes(envelope) };
  strictEqual(await it.rows.put(stale, BY), false);
  await credentials.set({ ...keyOf("p000"), set: bearer("new") }, BY);
  deepStrictEqual(await credentials.read(keyOf("p000")), bearer("new"));
});

Deno.test("the master key changes while a node works, and nothing is encrypted anew", async () => {
  await using it = await setUp();
  const { credentials } = await fill(it.rows, it.node, 2);
  const [old] = it.masterKeys;
  ok(old);
  const next = parseMasterKey(newMasterKey());
  const [before] = await it.rows.all();
  strictEqual(await rekeySecrets(it.store, [next, old]), true);
  strictEqual(await rekeySecrets(it.store, [next, old]), false);
  deepStrictEqual((await it.rows.all())[0], before);
  deepStrictEqual(await credentials.read(keyOf("p000")), bearer("s0"));
  await credentials.set({ ...keyOf("p001"), set: bearer("later") }, BY);
  deepStrictEqual(await (await it.node([next])).credentials.read(keyOf("p001")), bearer("later"));
  // Both were given to this one.
  deepStrictEqual(
    await (await it.node([next, old])).credentials.read(keyOf("p001")),
    bearer("later"),
  );
  await rejects(it.node([old]), { code: "WRONG_MASTER_KEY" });
  await rejects(rekeySecrets(it.store, [old]), { code: "WRONG_MASTER_KEY" });
  ok(before);
  const stored = await it.store.load();
  ok(stored);
  const opened = await openKeyRing(stored, { masterKeys: [next] });
  strictEqual(
    await opened.decrypt(envelopeOf(before), credentialContext(before)),
    '{"kind":"bearer","token":"s0"}',
  );
});
