import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { prefixOf } from "../../auth/token.ts";
import { testOperations } from "../identities/_testing.ts";

Deno.test("the trail is read newest first, by page, and by who, what and when", async () => {
  await using hub = await testOperations();
  for (const peerId of ["a", "b", "c"]) {
    await hub.call("peers/create", { peerId, role: "client" });
  }
  const actions = async (input: object) =>
    (await hub.call("audit/list", input)).rows.map((row: { action: string; subjectId: string }) =>
      `${row.action} ${row.subjectId}`
    );
  deepStrictEqual(await actions({ limit: 2 }), ["peer.created c", "peer.created b"]);
  const FIRST = `key.created ${prefixOf(hub.node.firstKey ?? "")}`;
  const { next } = await hub.call("audit/list", { limit: 2 });
  deepStrictEqual(await actions({ limit: 2, after: next }), [
    "peer.created a",
    FIRST,
  ]);
  deepStrictEqual(await actions({ subject: "b" }), ["peer.created b"]);
  deepStrictEqual(await actions({ actor: "hub" }), [FIRST, "hub.installed hub"]);
  strictEqual((await actions({ action: "peer.created" })).length, 3);
  deepStrictEqual(await actions({ since: "2999-01-01T00:00:00Z" }), []);
  strictEqual((await actions({ until: "2999-01-01T00:00:00Z" })).length, 5);
});

Deno.test("nobody without admin reads the trail, and no operation writes to it", async () => {
  await using hub = await testOperations();
  const clerk = { id: "clerk", scopes: ["keys:admin"] };
  await rejects(hub.call("audit/list", {}, clerk), { code: "ACCESS_DENIED" });
  for (const name of ["audit/record", "audit/remove", "audit/update"]) {
    strictEqual(hub.dispatcher.typeOf(`/hub/${name}`), undefined);
  }
  ok(hub.dispatcher.typeOf("/hub/audit/list"));
});
