/**
 * What goes on while Postgres is away, and what comes back with it.
 *
 * @module
 */
import { ok, rejects } from "node:assert/strict";
import { testDatabase } from "../../tests/harness/database.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { testOperations } from "../operations/identities/_testing.ts";
import { addKey } from "./_testing.ts";
import { createToken } from "./token.ts";

const AWAY = { code: "UNAVAILABLE", retryable: true };

for (const how of ["cut", "freeze"] as const) {
  Deno.test(`while Postgres is away (${how}), who is known calls on and the rest is told to try again`, async () => {
    await using database = await testDatabase();
    const url = new URL(database.url);
    await using proxy = startProxy({ port: Number(url.port) });
    url.port = String(proxy.port);
    await using hub = await testOperations({ databaseUrl: url.href, timeoutMs: 3_000 });
    const { identities } = hub.node;
    const { token, prefix } = await addKey(hub.node);
    const known = await identities.identify(token);
    proxy[how]();
    ok(identities.identify(token) === known, "at once");
    const stranger = createToken("key").token;
    await Promise.all([
      rejects(async () => await identities.identify(stranger), AWAY),
      rejects(hub.call("keys/list", {}), AWAY),
      rejects(hub.call("keys/create", { name: "a" }), AWAY),
      rejects(hub.call("keys/revoke", { prefix }), AWAY),
    ]);
    proxy.heal();
    await until(() => hub.call("keys/list", {}), { what: "the database to be back" });
    await hub.call("keys/revoke", { prefix });
    ok(await identities.identify(token) === null);
  });
}
