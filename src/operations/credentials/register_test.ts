import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Identity } from "@alkdev/operations";
import { OPERATOR } from "../operator.ts";
import { SECRET, setUp, token } from "./_testing.ts";

Deno.test("a credential is set, named and deleted, and no answer holds it", async () => {
  await using it = await setUp();
  deepStrictEqual(await it.call("set", { provider: "mail", credential: token }), {});
  await it.call("set", { provider: "mail", account: "ann", credential: token, expiresAt: 5 });
  deepStrictEqual(await it.credentials.read({ provider: "mail", account: "" }), token);
  const first: unknown = await it.call("list-names", { limit: 1 });
  ok(typeof first === "object" && first !== null && "next" in first);
  deepStrictEqual(first.next, { provider: "mail" });
  const rest: unknown = await it.call("list-names", { after: first.next });
  ok(
    typeof rest === "object" && rest !== null && "credentials" in rest &&
      Array.isArray(rest.credentials),
  );
  const [{ updatedAt, ...named }] = rest.credentials;
  strictEqual(typeof updatedAt, "number");
  deepStrictEqual(named, {
    provider: "mail",
    account: "ann",
    kind: "bearer",
    keyVersion: 100,
    expiresAt: 5,
  });
  deepStrictEqual(await it.call("delete", { provider: "mail" }), { deleted: true });
  deepStrictEqual(await it.call("delete", { provider: "mail" }), { deleted: false });
  ok(!it.answers.join().includes(SECRET));
  const { rows } = await it.pool.query(
    "select actor_id, action, subject_id from audit_log order by id",
  );
  deepStrictEqual(
    rows.map(({ actor_id, action, subject_id }) => `${actor_id} ${action} ${subject_id}`),
    [
      "alk_writer credential.set mail",
      "alk_writer credential.set mail",
      "alk_writer credential.deleted mail",
    ],
  );
});

const REFUSED: readonly (readonly [string, object])[] = [
  ["a name of capitals", { provider: "Mail", credential: token }],
  ["a name that is a path", { provider: "a/b", credential: token }],
  ["a name of other letters", { provider: "m\u0430il", credential: token }],
  ["a secret of no kind", { provider: "a", credential: SECRET }],
  ["a secret with more in it", { provider: "a", credential: { ...token, [SECRET]: SECRET } }],
  ["an empty secret", { provider: "a", credential: { kind: "bearer", token: "" } }],
  ["a giant secret", {
    provider: "a",
    credential: { kind: "bearer", token: SECRET.repeat(10_000) },
  }],
  ["a key of one's own", { provider: "a", credential: token, keyVersion: 100 }],
  ["a secret in another field", { provider: SECRET.toUpperCase(), credential: token }],
];
for (const [what, input] of REFUSED) {
  Deno.test(`credentials/set refuses ${what} and does not repeat the secret`, async () => {
    await using it = await setUp();
    await rejects(it.call("set", input), { code: "VALIDATION_ERROR" });
    ok(!it.answers.join().includes(SECRET), it.answers.join());
  });
}

const STRANGERS: readonly (readonly [string, Identity | null])[] = [
  ["nobody", null],
  ["somebody without the scope", { id: "x", scopes: ["admin", "keys:admin"] }],
  ["the operator over NATS", OPERATOR],
];
for (const [who, identity] of STRANGERS) {
  Deno.test(`${who} neither sets nor deletes nor names credentials`, async () => {
    await using it = await setUp();
    for (
      const [operation, input] of [["set", { provider: "a", credential: token }], ["delete", {
        provider: "a",
      }], ["list-names", {}]] as const
    ) {
      await rejects(it.call(operation, input, identity), { code: "ACCESS_DENIED" });
    }
  });
}

Deno.test("no operation on credentials reads one, and the input is marked", async () => {
  await using it = await setUp();
  const specs = it.registry.list();
  deepStrictEqual(specs.map(({ name }) => name).sort(), [
    "credentials/delete",
    "credentials/list-names",
    "credentials/set",
  ]);
  const set = specs.find(({ name }) => name === "credentials/set");
  strictEqual(set?.inputSchema.properties.credential.secret, true);
  for (const { outputSchema } of specs) {
    ok(!/token|secret|password|data|salt/i.test(JSON.stringify(outputSchema)));
  }
});

Deno.test("a hub without a master key says so", async () => {
  await using it = await setUp({ withKey: false });
  await rejects(it.call("set", { provider: "a", credential: token }), { code: "NO_MASTER_KEY" });
});
