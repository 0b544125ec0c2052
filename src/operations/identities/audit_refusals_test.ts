import { deepStrictEqual, rejects } from "node:assert/strict";
import { until } from "../../../tests/harness/until.ts";
import { testOperations } from "./_testing.ts";
import { auditRefusals } from "./audit_refusals.ts";

Deno.test("who is refused where the hub is administered is noted, once a minute", async () => {
  await using hub = await testOperations();
  const { audit } = hub.node.stores;
  const time = { now: 0 };
  const dispatcher = auditRefusals(hub.dispatcher, {
    audit,
    concerns: (operation) => operation.startsWith("/hub/keys/"),
    now: () => time.now,
  });
  const clerk = { id: "clerk", scopes: [] };
  const refused = async (operation: string, identity: typeof clerk | null = clerk) => {
    const call = { operation, input: {}, identity };
    await rejects(dispatcher.call(call), { code: "ACCESS_DENIED" });
  };
  const noted = async () =>
    (await audit.list({ limit: 100, action: "call.refused" })).items
      .map(({ actorKind, actorId, subjectId }) => `${actorKind} ${actorId} ${subjectId}`);
  for (let tried = 0; tried < 5; tried++) await refused("/hub/keys/list");
  // Nobody waits for a row to be written: two at once may be written in either order.
  await until(async () => (await noted()).length === 1, { what: "the first row" });
  await refused("/hub/keys/list", null);
  await refused("/hub/peers/list");
  await refused("/hub/keys/get");
  await until(async () => (await noted()).length === 2, { what: "both rows" });
  time.now = 60_000;
  await refused("/hub/keys/list");
  await until(async () => (await noted()).length === 3, { what: "the third row" });
  deepStrictEqual(await noted(), [
    "peer clerk /hub/keys/list",
    "peer clerk /hub/keys/get",
    "peer clerk /hub/keys/list",
  ]);
});
