import { strictEqual } from "node:assert/strict";
import { streamName } from "@hub/bus";
import { jetstreamManager } from "@nats-io/jetstream";
import { testEnvironment } from "../tests/harness/environment.ts";
import { testConfig } from "../tests/harness/hub.ts";
import { startNatsNode } from "../tests/harness/nats.ts";
import { until } from "../tests/harness/until.ts";
import { startBus } from "./start_bus.ts";

Deno.test("streams that a killed server has lost are there again once it is back", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  const config = await testConfig({ nats: { url: nats.url } });
  await using started = await startBus(config, { nodeId: "n1" });
  const { bus } = started;
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const chunks = () => manager.streams.info(streamName(bus.realm, "CHUNKS"));
  strictEqual((await chunks()).config.storage, "memory");
  nats.signal("SIGKILL");
  await nats.restart();
  await until(() => chunks().then(() => true, () => false), { what: "CHUNKS to be there again" });
});
