import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { SCOPES } from "../../auth/scopes.ts";
import { testOperations } from "../identities/_testing.ts";

Deno.test("what a role stands for, everybody has who holds it, as long as they do", async () => {
  await using hub = await testOperations();
  const { call, node: { identities } } = hub;
  await call("roles/create", { name: "dev", scopes: ["b", "a"] });
  const { key, view } = await call("keys/create", {
    name: "x",
    roles: ["dev", "spoke"],
    scopes: ["c"],
  });
  await call("peers/create", { peerId: "p", role: "client", roles: ["dev"] });
  const scopes = async () => (await identities.identify(key))?.identity.scopes.join();
  strictEqual(await scopes(), "a,b,c,spokes:call,spokes:register");
  await call("roles/update", { name: "dev", scopes: ["c", "d"] });
  strictEqual(await scopes(), "c,d,spokes:call,spokes:register");
  deepStrictEqual((await call("peers/get", { peerId: "p" })).scopes, ["c", "d"]);
  await call("roles/remove", { name: "dev" });
  strictEqual(await scopes(), "c,spokes:call,spokes:register");
  deepStrictEqual((await call("keys/get", { prefix: view.prefix })).roles, ["spoke"]);
  deepStrictEqual((await call("peers/get", { peerId: "p" })).scopes, []);
});

Deno.test("the roles that come with the hub are there and stay as they are", async () => {
  await using hub = await testOperations();
  const { roles } = await hub.call("roles/list", {});
  const names = roles.map(({ name }: { name: string }) => name);
  deepStrictEqual(names, ["admin", "agent", "caller", "spoke", "viewer"]);
  deepStrictEqual(roles[0].scopes.toSorted(), SCOPES.toSorted());
  ok(roles.every(({ builtIn }: { builtIn: boolean }) => builtIn));
  await rejects(hub.call("roles/update", { name: "viewer", scopes: ["admin"] }), {
    code: "CONFLICT",
  });
  await rejects(hub.call("roles/remove", { name: "viewer" }), { code: "CONFLICT" });
  await rejects(hub.call("roles/create", { name: "viewer", scopes: [] }), { code: "CONFLICT" });
  await rejects(hub.call("roles/update", { name: "nobody" }), { code: "ROLE_NOT_FOUND" });
});

Deno.test("a role that changes while keys are made with it leaves none behind", async () => {
  await using hub = await testOperations();
  await hub.call("roles/create", { name: "dev", scopes: ["a"] });
  const make = () => hub.call("keys/create", { name: "x", roles: ["dev"] });
  await Promise.all([
    ...Array.from({ length: 10 }, make),
    hub.call("roles/update", { name: "dev", scopes: ["b"] }),
    ...Array.from({ length: 10 }, make),
  ]);
  const { keys } = await hub.call("keys/list", { name: "x" });
  strictEqual(keys.length, 20);
  deepStrictEqual([...new Set(keys.map(({ scopes }: { scopes: string[] }) => scopes.join()))], [
    "b",
  ]);
});

Deno.test("roles/create takes names of small Latin letters", async (t) => {
  await using hub = await testOperations();
  for (const name of ["Dev", "d v", "", "a".repeat(33), "1a", "d\u0435v"]) {
    await t.step(`it refuses "${name}"`, async () => {
      await rejects(hub.call("roles/create", { name, scopes: [] }), { code: "VALIDATION_ERROR" });
    });
  }
});
