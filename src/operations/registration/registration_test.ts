import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { testOperations } from "../identities/_testing.ts";

Deno.test("a registration token is made for one peer, listed, and revoked", async () => {
  await using hub = await testOperations();
  const { token, view } = await hub.call("registration/create", { peerId: "w1", minutes: 5 });
  match(token, /^alkreg_/);
  strictEqual(`${view.peerId} ${view.role} ${view.status}`, "w1 node open");
  deepStrictEqual((await hub.call("registration/list", {})).registrations, [view]);
  const revoked = await hub.call("registration/revoke", { prefix: view.prefix });
  strictEqual(revoked.status, "revoked");
  await rejects(hub.call("registration/revoke", { prefix: "alkreg_0000000000" }), {
    code: "REGISTRATION_NOT_FOUND",
  });
});

Deno.test("a token without a peer id gets one of its own, beginning as it was told", async () => {
  await using hub = await testOperations();
  const { view } = await hub.call("registration/create", { peerIdPrefix: "gpu" });
  match(view.peerId, /^gpu-[0-9a-f]{8}$/);
});

Deno.test("registration/create takes a life of up to a day", async (t) => {
  await using hub = await testOperations();
  for (const minutes of [0, 1441, 1.5]) {
    await t.step(`it refuses ${minutes} minutes`, async () => {
      await rejects(hub.call("registration/create", { minutes }), { code: "VALIDATION_ERROR" });
    });
  }
});
