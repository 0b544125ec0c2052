/**
 * What each level of durability costs: fenced publishes, one after the other and 64 at a time, to
 * servers that differ in nothing else. Prints a table.
 *
 *     deno run -A bench/durability.ts [PATH OF nats-server]
 *
 * @module
 */
import { actorSubject, type Bus, ensureStreams, openBus, replicationOf } from "@hub/bus";
import { findNatsServer } from "../src/embedded/nats_binary.ts";
import { fromFileUrl } from "../tests/harness/paths.ts";
import { freePort, startNatsNode } from "../tests/harness/nats.ts";
import { until } from "../tests/harness/until.ts";
import { say } from "./_load.ts";
import { median } from "./_rounds.ts";
import { rounded } from "./_table.ts";

const CALLERS = 64;
const ROUNDS = 5;
const ROUND_MS = 1_000;
/** About what an event of an actor takes. */
const PAYLOAD = "x".repeat(256);
const REALM = "bench";

interface Level {
  readonly name: string;
  readonly servers: number;
  readonly sync: "2m" | "always";
}

const LEVELS: readonly Level[] = [
  { name: "fast: one server", servers: 1, sync: "2m" },
  { name: "replicated: three servers", servers: 3, sync: "2m" },
  { name: "synced: one server, the embedded one", servers: 1, sync: "always" },
  { name: "synced: three servers", servers: 3, sync: "always" },
];

await using stack = new AsyncDisposableStack();
const [given] = Deno.args;
const cache = fromFileUrl("../../.hub/cache");
const { path: program } = await findNatsServer({ cache, configured: given });
const results = await Promise.all(LEVELS.map(async (level) => ({
  level,
  bus: await open(level),
  alone: [] as number[],
  together: [] as number[],
})));
// One level after the other, again and again: what else the machine does hits all of them.
for (let round = 0; round < ROUNDS; round++) {
  for (const { bus, alone, together } of results) {
    alone.push(await measure(bus, 1));
    together.push(await measure(bus, CALLERS));
  }
}
const rows = results.map(({ level, alone, together }) => {
  const one = median(alone), many = median(together);
  return `| ${level.name} | ${(1000 / one).toFixed(2)} ms | ${rounded(one)} | ${rounded(many)} |`;
});
say([
  `| level | one publish | per second, 1 caller | per second, ${CALLERS} callers |`,
  "| --- | --- | --- | --- |",
  ...rows,
].join("\n"));

async function open({ servers, sync }: Level): Promise<Bus> {
  const ports = Array.from({ length: servers }, () => freePort());
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join();
  const nodes = await Promise.all(ports.map(async (port, at) =>
    stack.use(
      await startNatsNode({
        ...{ program, name: `s${at}` },
        config: `jetstream { max_memory_store: 1GB, max_file_store: 8GB, sync_interval: "${sync}" }
${servers === 1 ? "" : `cluster { name: b, listen: "127.0.0.1:${port}", routes: [${routes}] }`}`,
      }),
    )
  ));
  const urls = nodes.map(({ url }) => url);
  const bus = stack.use(await openBus({ servers: urls, name: "bench", realm: REALM }));
  await ensureStreams(bus.connection, { realm: REALM, replicas: servers });
  await until(async () => (await replicationOf(bus))?.inStep === servers, { what: "all copies" });
  return bus;
}

/** Publishes per second; each caller appends to an actor of its own. */
async function measure(bus: Bus, callers: number): Promise<number> {
  const begunAt = performance.now();
  let count = 0;
  await Promise.all(Array.from({ length: callers }, async () => {
    const subject = actorSubject(REALM, { kind: "bench", id: crypto.randomUUID() });
    for (let fence = 0; performance.now() - begunAt < ROUND_MS; count++) {
      const options = { expectedLastSubjectSequence: fence };
      fence = (await bus.requests.publish(subject, PAYLOAD, options)).seq;
    }
  }));
  return count / (performance.now() - begunAt) * 1000;
}
