import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { testNode } from "./_testing.ts";
import { startAuditRetention } from "./audit_retention.ts";

const DAY_MS = 86_400_000;

/** A trail of `count` rows, of which the one before the last is a day older, and so on. */
async function testTrail(count: number) {
  const node = await testNode();
  await node.database.pool.query("delete from audit_log");
  await node.database.pool.query(
    `insert into audit_log (at, actor_kind, actor_id, action, subject_kind, subject_id, node)
     select now() - i * interval '1 day', 'hub', 'hub', 'test', 'day', i, 'n'
     from generate_series(0, $1 - 1) i`,
    [count],
  );
  const days = async () => {
    const { rows } = await node.database.pool.query<{ id: string }>(
      "select subject_id as id from audit_log where action = 'test' order by at desc",
    );
    return rows.map(({ id }) => Number(id));
  };
  return { node, days, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
}

Deno.test("rows of the audit trail go when they are too old, and that is noted", async () => {
  await using trail = await testTrail(10);
  const { audit } = trail.node.stores;
  await using retention = startAuditRetention({ audit, days: 3.5 });
  await retention.trim();
  deepStrictEqual(await trail.days(), [0, 1, 2, 3]);
  const { items: [note, ...others] } = await audit.list({ limit: 9, action: "audit.trimmed" });
  deepStrictEqual([note?.actorId, note?.details.removed, others], ["hub", 6, []]);
  strictEqual(await retention.trim(), 0);
});

Deno.test("many rows go in batches, also where two nodes remove them at once", async () => {
  await using trail = await testTrail(5_500);
  const { audit } = trail.node.stores;
  await using one = startAuditRetention({ audit, days: 0, now: () => Date.now() - DAY_MS / 2 });
  await using two = startAuditRetention({ audit, days: 0, now: () => Date.now() - DAY_MS / 2 });
  const removed = await Promise.all([one.trim(), two.trim(), one.trim()]);
  strictEqual(removed.reduce((sum, rows) => sum + rows, 0), 5_499);
  deepStrictEqual(await trail.days(), [0]);
});

Deno.test("a trail that is kept for ever is left alone", async () => {
  await using trail = await testTrail(3);
  await using _retention = startAuditRetention({
    audit: {
      ...trail.node.stores.audit,
      removeOldest: () => Promise.reject(new Error("asked to remove rows")),
    },
    days: 0,
  });
  deepStrictEqual(await trail.days(), [0, 1, 2]);
});

Deno.test("a database that is away is no reason to stop, and is asked again", async () => {
  await using trail = await testTrail(3);
  const { audit } = trail.node.stores;
  let asked = 0;
  await using retention = startAuditRetention({
    audit: {
      ...audit,
      removeOldest: (which) =>
        ++asked <= 2 ? Promise.reject(new Error("away")) : audit.removeOldest(which),
    },
    days: 0.5,
  });
  await rejects(retention.trim(), /away/);
  strictEqual(await retention.trim(), 2);
  deepStrictEqual(await trail.days(), [0]);
});
