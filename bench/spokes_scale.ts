/**
 * What ten thousand spokes with twenty operations each cost a node that joins: time, memory, and
 * lookups; once when all offer the same, and once when each offers something else.
 *
 *     deno run -A bench/spokes_scale.ts [SPOKES]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { ensureStreams, joinMembership, openBus } from "@hub/bus";
import { findNatsServer } from "../src/embedded/nats_binary.ts";
import { packSpecSet } from "../src/routing/spec_set.ts";
import { openSpokeDirectory } from "../src/routing/spoke_directory.ts";
import { createUnpackedSets } from "../src/routing/unpacked_sets.ts";
import { startNatsNode } from "../tests/harness/nats.ts";
import type { JoinReport } from "./_spokes_joining.ts";

const SPOKES = Number(Deno.args[0] ?? 10_000), OPERATIONS = 20, WIDTH = 64;

/** An operation as a tool server would tell it; `of` makes it unlike all others. */
function operation(at: number, of: string): object {
  return {
    name: `tools/operation${at}`,
    namespace: "tools",
    op_type: "query",
    visibility: "external",
    description: `Reads what stands at a path, line by line, and tells how long it is${of}`,
    input_schema: {
      type: "object",
      required: ["path"],
      additionalProperties: false,
      properties: {
        path: { type: "string", minLength: 1, description: "Where it is, from the root on" },
        from: { type: "integer", minimum: 0, description: "The first line" },
        lines: { type: "integer", minimum: 1, maximum: 1_000, description: "How many of them" },
      },
    },
    output_schema: {
      type: "object",
      properties: { text: { type: "string" }, length: { type: "integer" } },
    },
    error_schemas: [],
    access_control: { required_scopes: [], required_scopes_any: null },
  };
}

const operations = (of: string) => Array.from({ length: OPERATIONS }, (_, at) => operation(at, of));

async function tell(servers: string, { realm, differ }: { realm: string; differ: boolean }) {
  await using stack = new AsyncDisposableStack();
  const bus = stack.use(await openBus({ servers, name: "tells", realm }));
  await ensureStreams(bus.connection, { realm });
  const membership = stack.use(await joinMembership(bus, { node: "tells" }));
  const unpacked = createUnpackedSets();
  const directory = stack.use(await openSpokeDirectory(bus, { membership, unpacked }));
  const same = await packSpecSet(operations(""), unpacked);
  let next = 0;
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    for (let i = next++; i < SPOKES; i = next++) {
      const packed = differ ? await packSpecSet(operations(` of ${i}`), unpacked) : same;
      await directory.claim(`dev${i}`, packed);
    }
  }));
  return stack.move();
}

async function join(servers: string, realm: string): Promise<JoinReport> {
  const program = fileURLToPath(new URL("_spokes_joining.ts", import.meta.url));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", program, realm, "tools/operation7"],
    env: { HUB_TEST_NATS_URL: servers },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The joining node failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
const thousands = (rate: number) => `${Math.round(rate / 1_000)} k/s`;

function print(what: string, report: JoinReport): void {
  const { spokes, joinedMs, idleBytes, fullBytes, usedBytes } = report;
  const line = `${what}: ${spokes} spokes known after ${Math.round(joinedMs)} ms ` +
    `(${Math.round(report.joinedCpuMs)} ms of a processor); ` +
    `${mib(fullBytes - idleBytes)} over idle (${mib(idleBytes)}), ` +
    `${mib(report.fullHeapBytes - report.idleHeapBytes)} of it live heap; ` +
    `${mib(usedBytes - idleBytes)} once each was looked up, ` +
    `${mib(report.usedHeapBytes - report.idleHeapBytes)} of it live heap; ` +
    `lookups: ${thousands(report.byNamePerSecond)} by name, ${
      thousands(report.anyPerSecond)
    } any; ` +
    `search opened in ${Math.round(report.searchMs)} ms, ${
      mib(report.searchHeapBytes)
    } of live heap`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const cache = fileURLToPath(new URL("../.hub/cache", import.meta.url));
await Deno.mkdir(cache, { recursive: true });
const { path: program } = await findNatsServer({ cache });
await using nats = await startNatsNode({ program });
for (const [what, differ] of [["the same offer", false], ["all different", true]] as const) {
  const realm = `scale-${crypto.randomUUID().slice(0, 13)}`;
  await using _node = await tell(nats.url, { realm, differ });
  for (let again = 0; again < 3; again++) print(what, await join(nats.url, realm));
}
