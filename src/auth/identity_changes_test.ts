/**
 * What one node changes, the others know within a second; by NATS alone, and by Postgres alone.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { invalidationSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { addKey, ROOT, type TestNode, testNode } from "./_testing.ts";

const WITHIN_MS = 1_000;

/** A key that both nodes know, revoked on the first: how the second learns of it. */
async function revocationReaches(first: TestNode, second: TestNode): Promise<void> {
  const { token, prefix } = await addKey(first);
  ok(await first.identities.identify(token));
  ok(await second.identities.identify(token));
  await first.stores.keys.revoke(prefix, ROOT);
  strictEqual(await first.identities.identify(token), null);
  await until(() => second.identities.identify(token) === null || isGone(second, token), {
    what: "the other node to know",
    timeoutMs: WITHIN_MS,
  });
}

async function isGone({ identities }: TestNode, token: string): Promise<boolean> {
  return await identities.identify(token) === null;
}

Deno.test("a revocation reaches another node within a second", async () => {
  await using first = await testNode();
  await using second = await testNode(first);
  await revocationReaches(first, second);
});

Deno.test("a revocation reaches another node by Postgres alone", async () => {
  await using first = await testNode();
  // In another realm nothing is heard on NATS.
  await using second = await testNode({ databaseUrl: first.databaseUrl });
  await listening(first, 2);
  await revocationReaches(first, second);
});

Deno.test("a revocation reaches another node by NATS alone", async () => {
  await using first = await testNode();
  const { databaseUrl, realm } = first;
  await using second = await testNode({ databaseUrl, realm, listenerUrl: at(databaseUrl, 1) });
  await revocationReaches(first, second);
});

Deno.test("a node that heard nothing for a while trusts nothing that it knew before", async () => {
  await using first = await testNode();
  const { databaseUrl, realm } = first;
  const { natsUrl } = testEnvironment();
  await using nats = startProxy({ port: Number(new URL(natsUrl).port) });
  await using postgres = startProxy({ port: Number(new URL(databaseUrl).port) });
  await using second = await testNode({
    databaseUrl,
    realm,
    servers: `nats://127.0.0.1:${nats.port}`,
    listenerUrl: at(databaseUrl, postgres.port),
  });
  const { token, prefix } = await addKey(first);
  ok(await second.identities.identify(token));
  await listening(first, 2);
  nats.cut();
  postgres.cut();
  await listening(first, 1);
  await first.stores.keys.revoke(prefix, ROOT);
  ok(second.identities.identify(token), "nothing has told it");
  postgres.heal();
  await until(() => isGone(second, token), { what: "the listener to be back" });
});

Deno.test("everybody's rights are forgotten when a role changes", async () => {
  await using first = await testNode();
  await using second = await testNode(first);
  await first.stores.roles.insert({ name: "r", description: "", scopes: ["a"] }, ROOT);
  const { token } = await addKey(first, { ownScopes: [], roles: ["r"] });
  const scopes = async () => (await second.identities.identify(token))?.identity.scopes.join();
  strictEqual(await scopes(), "a");
  await first.stores.roles.update("r", { scopes: ["b"] }, ROOT);
  await until(async () => await scopes() === "b", { what: "it", timeoutMs: WITHIN_MS });
  await first.stores.roles.remove("r", ROOT);
  await until(async () => await scopes() === "", { what: "it", timeoutMs: WITHIN_MS });
});

Deno.test("listeners are told of a change after it is forgotten", async () => {
  await using node = await testNode();
  const { token, prefix } = await addKey(node);
  await node.identities.identify(token);
  const told: string[] = [], asked: unknown[] = [];
  const stop = node.identities.onChange(({ kind, id }) => {
    const found = node.identities.identify(token);
    asked.push(found);
    told.push(`${kind} ${id} ${found instanceof Promise}`);
  });
  await node.stores.keys.update(prefix, { name: "new" }, ROOT);
  await until(() => told.length >= 3, { what: "NATS and Postgres to tell it, too" });
  stop();
  await node.stores.keys.update(prefix, { name: "newer" }, ROOT);
  await Promise.all(asked);
  strictEqual(told[0], `key ${prefix} true`);
  strictEqual(told.length, 3);
});

const DAMAGED = ["", "{", "null", '{"kind":"key"}', '{"kind":"x","id":""}', "[1]"];

Deno.test("a change that cannot be read may have meant anybody", async () => {
  await using node = await testNode();
  await using other = await testBus({ realm: node.realm });
  const told: string[] = [];
  node.identities.onChange(({ kind }) => told.push(kind));
  for (const text of DAMAGED) {
    other.bus.connection.publish(invalidationSubject(node.realm, "identities"), text);
  }
  await until(() => told.length === DAMAGED.length, { what: "all of them" });
  strictEqual(new Set(told).size, 1);
  strictEqual(told[0], "all");
});

const LISTENERS = "from pg_stat_activity where application_name = 'hub listener'" +
  " and datname = current_database() and query ilike 'listen%'";

/** Waits until so many nodes listen to this database. */
async function listening({ database }: TestNode, count: number): Promise<void> {
  await until(
    async () => (await database.pool.query(`select 1 ${LISTENERS}`)).rowCount === count,
    { what: "the listeners" },
  );
}

/** The same database at another port. */
function at(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.port = String(port);
  return url.href;
}
