import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createToken, parseToken } from "../../auth/token.ts";
import { ROOT_IDENTITY, testOperations } from "../identities/_testing.ts";

Deno.test("a key is made, used, listed, changed, rotated and revoked", async () => {
  await using hub = await testOperations();
  const { call, node: { identities } } = hub;
  const { key, view } = await call("keys/create", {
    name: "Anna",
    scopes: ["tasks:read"],
    roles: ["viewer"],
    expiresAt: "2999-01-01T00:00:00Z",
    limit: { perSecond: 5, burst: 6 },
  });
  strictEqual(parseToken(key)?.prefix, view.prefix);
  strictEqual(view.status, "active");
  strictEqual(view.createdBy, "operator");
  const found = await identities.identify(key);
  ok(found);
  strictEqual(found.identity.id, view.prefix);
  deepStrictEqual(found.limit, { perSecond: 5, burst: 6 });

  deepStrictEqual(await call("keys/get", { prefix: view.prefix }), view);
  const { keys } = await call("keys/list", { name: "ann" });
  deepStrictEqual(keys, [view]);

  const changed = await call("keys/update", { prefix: view.prefix, roles: [], limit: null });
  deepStrictEqual(changed.scopes, ["tasks:read"]);
  strictEqual(changed.limit, null);

  const rotated = await call("keys/rotate", { prefix: view.prefix, graceMinutes: 60 });
  ok(await identities.identify(key), "the old one has its time of grace");
  deepStrictEqual((await identities.identify(rotated.key))?.identity.scopes, ["tasks:read"]);
  const old = await call("keys/get", { prefix: view.prefix });
  strictEqual(old.replacedBy, rotated.view.prefix);
  ok(Date.parse(old.expiresAt) <= Date.now() + 3_600_000);
  await rejects(call("keys/rotate", { prefix: view.prefix }), { code: "CONFLICT" });

  await call("keys/revoke", { prefix: rotated.view.prefix });
  strictEqual(await identities.identify(rotated.key), null);
  strictEqual((await call("keys/get", { prefix: rotated.view.prefix })).status, "revoked");
  await rejects(call("keys/update", { prefix: rotated.view.prefix, enabled: true }), {
    code: "CONFLICT",
  });
});

Deno.test("a key without grace ends as it is rotated", async () => {
  await using hub = await testOperations();
  const { key, view } = await hub.call("keys/create", { name: "a" });
  await hub.call("keys/rotate", { prefix: view.prefix, graceMinutes: 0 });
  strictEqual(await hub.node.identities.identify(key), null);
});

Deno.test("a key that is disabled opens nothing until it is enabled again", async () => {
  await using hub = await testOperations();
  const { key, view: { prefix } } = await hub.call("keys/create", { name: "a" });
  strictEqual((await hub.call("keys/update", { prefix, enabled: false })).status, "disabled");
  strictEqual(await hub.node.identities.identify(key), null);
  await hub.call("keys/update", { prefix, enabled: true });
  ok(await hub.node.identities.identify(key));
});

Deno.test("nothing but the answer that made it ever shows a key, or what is stored of it", async () => {
  await using hub = await testOperations();
  const { call, node } = hub;
  const { key, view } = await call("keys/create", { name: "a" });
  const secret = key.slice(view.prefix.length + 1), hash = node.hasher.hash(key);
  await node.identities.identify(key);
  const shown = JSON.stringify([
    view,
    await call("keys/list", {}),
    await call("keys/get", { prefix: view.prefix }),
    await call("keys/update", { prefix: view.prefix, name: "b" }),
    await call("audit/list", {}),
    await call("keys/revoke", { prefix: view.prefix }),
  ]);
  ok(!shown.includes(secret) && !shown.includes(hash));
  const { rows } = await node.database.pool.query(
    "select row_to_json(k)::text as row from api_keys k",
  );
  ok(rows.length > 0 && rows.every(({ row }) => !row.includes(secret)));
});

Deno.test("nobody makes, changes, rotates or revokes a key that can do more than they can", async () => {
  await using hub = await testOperations();
  const { call } = hub;
  const clerk = { id: createToken("key").prefix, scopes: ["keys:admin", "tasks:read"] };
  const strong = (await call("keys/create", { name: "a", scopes: ["llm"] })).view.prefix;
  const weak = (await call("keys/create", { name: "b", scopes: ["tasks:read"] })).view.prefix;
  const refused = [
    ["keys/create", { name: "x", scopes: ["llm"] }],
    ["keys/create", { name: "x", roles: ["admin"] }],
    ["keys/update", { prefix: weak, scopes: ["llm"] }],
    ["keys/update", { prefix: weak, roles: ["caller"] }],
    ["keys/update", { prefix: strong, name: "x" }],
    ["keys/rotate", { prefix: strong }],
    ["keys/revoke", { prefix: strong }],
    ["roles/create", { name: "x", scopes: ["llm"] }],
    ["peers/create", { peerId: "x", role: "node", roles: ["spoke"] }],
    ["peers/create", { peerId: "x", role: "node", resources: { repo: ["write"] } }],
    ["registration/create", { peerId: "x", scopes: ["llm"] }],
  ] as const;
  for (const [name, input] of refused) {
    await rejects(call(name, input, clerk), { code: "ACCESS_DENIED" }, name);
  }
  strictEqual((await call("keys/list", { name: "x" })).keys.length, 0);
  for (
    const [name, input] of [
      ["keys/create", { name: "y", scopes: ["tasks:read", "keys:admin"] }],
      ["keys/update", { prefix: weak, name: "y" }],
      ["keys/rotate", { prefix: weak }],
    ] as const
  ) ok(await call(name, input, clerk), name);
});

const WRONG = {
  "an unknown property": { name: "a", hash: "x" },
  "a prefix of one's own choice": { name: "a", prefix: "alk_0000000000" },
  "effective scopes beside one's own": { name: "a", ownScopes: ["admin"] },
  "an author of one's own choice": { name: "a", createdBy: "root" },
  "a wildcard": { name: "a", scopes: ["*"] },
  "a scope in capitals": { name: "a", scopes: ["Admin"] },
  "a scope with a space": { name: "a", scopes: ["admin "] },
  "the same scope twice": { name: "a", scopes: ["a", "a"] },
  "an unknown role": { name: "a", roles: ["nobody"] },
  "no name": {},
  "a name without end": { name: "a".repeat(101) },
  "a name that hides something": { name: "a\u202Eb" },
  "a moment that is over": { name: "a", expiresAt: "2001-01-01T00:00:00Z" },
  "a moment that is none": { name: "a", expiresAt: "2999-02-31T25:00:00Z" },
  "a limit of nothing": { name: "a", limit: { perSecond: 0, burst: 1 } },
  "a limit with more to it": { name: "a", limit: { perSecond: 1, burst: 1, exempt: true } },
  "a prototype": JSON.parse('{"name":"a","__proto__":{"roles":["admin"]}}'),
};

Deno.test("keys/create takes nothing but what it names", async (t) => {
  await using hub = await testOperations();
  for (const [what, input] of Object.entries(WRONG)) {
    await t.step(`it refuses ${what}`, async () => {
      const code = what === "an unknown role" ? "ROLE_NOT_FOUND" : "VALIDATION_ERROR";
      await rejects(hub.call("keys/create", input), { code });
      strictEqual((await hub.call("keys/list", {})).keys.length, 1, "the first key alone");
    });
  }
});

Deno.test("what looks for names finds what it was asked for, whatever signs that holds", async () => {
  await using hub = await testOperations();
  const names = [
    "100%",
    "100 percent",
    "a_b",
    "aXb",
    "back\\slash",
    "Ünï",
    "'; drop table peers; --",
  ];
  for (const name of names) await hub.call("keys/create", { name });
  const found = async (name: string) =>
    (await hub.call("keys/list", { name })).keys.map((key: { name: string }) => key.name);
  deepStrictEqual(await found("100%"), ["100%"]);
  deepStrictEqual(await found("a_"), ["a_b"]);
  deepStrictEqual(await found("%"), []);
  deepStrictEqual(await found("back\\"), ["back\\slash"]);
  deepStrictEqual(await found("u\u0308"), []);
  deepStrictEqual(await found("U\u0308"), ["Ünï"]);
  deepStrictEqual(await found("'; drop"), ["'; drop table peers; --"]);
  deepStrictEqual(await found("A"), ["a_b", "aXb"].toSorted((a, b) => a < b ? -1 : 1).reverse());
});

for (const name of [undefined, "key"]) {
  const by = name === undefined ? "age" : "name";
  Deno.test(`pages of keys by ${by} hold each key once, in order, whatever is added meanwhile`, async () => {
    await using hub = await testOperations();
    const made: string[] = [];
    const add = async () => made.push((await hub.call("keys/create", { name: "key" })).view.prefix);
    for (let count = 0; count < 7; count++) await add();
    const wanted = new Set(made);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const input = { limit: 2, ...(name ? { name } : {}), ...(after ? { after } : {}) };
      const page = await hub.call("keys/list", input);
      seen.push(...page.keys.map(({ prefix }: { prefix: string }) => prefix));
      after = page.next;
      if (seen.length < 5) await add();
    } while (after !== undefined);
    strictEqual(new Set(seen).size, seen.length);
    deepStrictEqual([...wanted].filter((prefix) => !seen.includes(prefix)), []);
  });
}

Deno.test("keys/list takes no cursor that is not its own", async (t) => {
  await using hub = await testOperations();
  for (const after of ["", "AAAA", "W10", "WzEsMl0", "bnVsbA", "!", "Wy0xLCJhIl0K=="]) {
    await t.step(`it refuses "${after}"`, async () => {
      await rejects(hub.call("keys/list", { after }), { code: "VALIDATION_ERROR" });
    });
  }
});

Deno.test("keys/explain says why, with the verdict that a call gets", async () => {
  await using hub = await testOperations();
  const { call } = hub;
  const { view: { prefix } } = await call("keys/create", { name: "a", scopes: ["keys:admin"] });
  const explain = (subject: string | null, operation: string) =>
    call("keys/explain", { subject, operation });
  deepStrictEqual(await explain(prefix, "/hub/keys/list"), {
    allowed: true,
    reason: "allowed",
    subject: prefix,
    status: "active",
    scopes: ["keys:admin"],
    operation: "/hub/keys/list",
    rules: [{ rule: "has the scope keys:admin", passed: true }],
  });
  const refused = await explain(prefix, "hub/audit/list");
  strictEqual(`${refused.allowed} ${refused.reason}`, "false scope admin required");
  deepStrictEqual(refused.rules, [{ rule: "has the scope admin", passed: false }]);
  strictEqual((await explain(null, "/hub/keys/list")).reason, "authentication required");
  await call("keys/update", { prefix, enabled: false });
  strictEqual((await explain(prefix, "/hub/keys/list")).reason, "the credential is disabled");
  strictEqual((await explain("nobody", "/hub/keys/list")).reason, "the credential is unknown");
  await rejects(explain(prefix, "/hub/keys/nothing"), { code: "OPERATION_NOT_FOUND" });
  await rejects(explain(prefix, "../../etc/passwd"), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("what was done stands in the audit trail, with who did it and for whom they said", async () => {
  await using hub = await testOperations();
  const clerk = { id: createToken("key").prefix, scopes: ["keys:admin"] };
  await hub.dispatcher.call({
    operation: "/hub/keys/create",
    input: { name: "a" },
    identity: clerk,
    requestId: "r-1",
    forwardedFor: { id: "somebody", scopes: ["admin"] },
  });
  const { rows: [row] } = await hub.call("audit/list", { actor: clerk.id });
  strictEqual(`${row.actorKind} ${row.actorId} ${row.claimedFor}`, `key ${clerk.id} somebody`);
  strictEqual(`${row.action} ${row.requestId} ${row.node}`, "key.created r-1 test");
  deepStrictEqual(await hub.call("audit/list", { subject: row.subjectId }), {
    rows: [row],
  });
  strictEqual(ROOT_IDENTITY.id, "operator");
});
