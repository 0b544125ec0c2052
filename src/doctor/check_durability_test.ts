/**
 * What the doctor says of durability, of judgements and of real servers.
 *
 * @module
 */
import { match, strictEqual } from "node:assert/strict";
import { ensureStreams, openBus } from "@hub/bus";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { testConfig } from "../../tests/harness/hub.ts";
import { startNatsCluster, startNatsNode } from "../../tests/harness/nats.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { until } from "../../tests/harness/until.ts";
import { type FlagValues, resolveConfig } from "../config/mod.ts";
import { withDurability } from "../durability.ts";
import { runChecks } from "./check.ts";
import { durabilityCheck, judgeEmbedded, judgeReplication } from "./check_durability.ts";

const CASES = [
  ["fast", 1, { replicas: 1, inStep: 1 }, "ok", /one copy .*killed processes alone/],
  ["fast", 3, { replicas: 3, inStep: 3 }, "ok", /3 copies .*loss of a machine/],
  ["replicated", 1, { replicas: 3, inStep: 3 }, "ok", /3 copies .*loss of a machine/],
  ["replicated", 1, { replicas: 3, inStep: 2 }, "warning", /3 copies .*2 of them in step/],
  ["replicated", 1, { replicas: 1, inStep: 1 }, "warning", /one copy .*3 are asked for/],
  ["synced", 1, { replicas: 3, inStep: 3 }, "warning", /3 copies .*cannot be seen/],
] as const;

for (const [durability, replicas, replication, status, found] of CASES) {
  const { replicas: copies, inStep } = replication;
  Deno.test(`${copies} copies, ${inStep} of them in step, are ${status} to the doctor if ${durability} is asked for`, async () => {
    const config = await testConfig({ durability, nats: { url: "nats://a", replicas } });
    const look = judgeReplication(withDurability(config), replication);
    strictEqual(look.status, status);
    match(look.found, found);
  });
}

Deno.test("the doctor says what one embedded server survives", () => {
  match(judgeEmbedded({ durability: "fast" }).found, /not a power failure/);
  match(judgeEmbedded({ durability: "synced" }).found, /killed processes and a power failure/);
});

async function examine(flags: FlagValues) {
  const [finding] = await runChecks([durabilityCheck(resolveConfig({ flags }))]);
  return finding;
}

Deno.test("the doctor finds out that one server cannot keep three copies, and leaves nothing there", async () => {
  await using node = await startNatsNode({ program: testEnvironment().natsServer });
  const realm = testRealm(), nats = { url: node.url };
  strictEqual((await examine({ realm, nats, durability: "fast" }))?.status, "ok");
  const finding = await examine({ realm, nats, durability: "replicated" });
  strictEqual(finding?.status, "failing");
  match(finding.found, /Cannot keep 3 copies: .*durability "replicated".*nats\.url/);
  await using bus = await openBus({ servers: node.url, name: "test", realm });
  const { data } = await bus.requests.request("$JS.API.STREAM.NAMES", "");
  match(new TextDecoder().decode(data), /"total":0/);
});

Deno.test("the doctor finds three copies in a cluster, before and after a hub has made them", async () => {
  await using cluster = await startNatsCluster({ program: testEnvironment().natsServer });
  const realm = testRealm(), asked = { realm, nats: { url: cluster.url } };
  strictEqual((await examine({ ...asked, durability: "replicated" }))?.status, "ok");
  await using bus = await openBus({ servers: cluster.url, name: "test", realm });
  await ensureStreams(bus.connection, { realm, replicas: 3 });
  await until(
    async () => (await examine({ ...asked, durability: "replicated" }))?.status === "ok",
    {
      what: "all three to be in step",
    },
  );
  strictEqual((await examine({ ...asked, durability: "synced" }))?.status, "warning");
  cluster.nodes[0]?.signal("SIGKILL");
  await until(async () => /2 of them in step/.test((await examine(asked))?.found ?? ""), {
    what: "the doctor to miss a copy",
    timeoutMs: 40_000,
  });
});
