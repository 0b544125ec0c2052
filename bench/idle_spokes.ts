/**
 * What an idle spoke costs a node beyond its bare socket, and whether all of them can come at once: the
 * same number of connections is opened to a node and to a server of sockets that do nothing. Both are
 * looked at when they have been at rest for a while: what the opening took, V8 gives back by then.
 *
 *     deno task idle [SPOKES]
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { pause } from "@hub/bus";
import { findNatsServer } from "../src/embedded/nats_binary.ts";
import { testVariables } from "../tests/harness/environment.ts";
import { startNatsNode } from "../tests/harness/nats.ts";
import { until } from "../tests/harness/until.ts";
import type { IdleReport } from "./_idle_server.ts";
import type { OpeningReport } from "./_idle_spokes.ts";

const SPOKES = Number(Deno.args[0] ?? 10_000);
/** V8 gives back what is free within that, in a process that has nothing to do. */
const REST_MS = 30_000;

/** A program of this folder, which says a line each time it hears one. */
interface Program extends AsyncDisposable {
  next(): Promise<string>;
  ask(): Promise<void>;
}

function start(file: string, args: readonly string[], env: Record<string, string> = {}): Program {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", program, ...args],
    ...{ env, stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  let text = "";
  return {
    async next(): Promise<string> {
      while (!text.includes("\n")) {
        const { done, value } = await lines.read();
        if (done) throw new Error(`${file} ended`);
        text += value;
      }
      const end = text.indexOf("\n"), line = text.slice(0, end);
      text = text.slice(end + 1);
      return line;
    },
    ask: () => input.write(new TextEncoder().encode("\n")),
    async [Symbol.asyncDispose]() {
      await input.close();
      await lines.cancel();
      await child.status;
    },
  };
}

/** What one connection costs, in bytes. */
interface Cost {
  readonly rss: number;
  readonly heap: number;
  readonly openedMs: number;
  readonly again: number;
}

async function measure(kind: "bare" | "node", env: Record<string, string>): Promise<Cost> {
  await using server = start("_idle_server.ts", [kind], env);
  const url = await server.next();
  const report = async (): Promise<IdleReport> => {
    await server.ask();
    return JSON.parse(await server.next());
  };
  const before = await report();
  await using spokes = start("_idle_spokes.ts", [url, kind, String(SPOKES)]);
  const { openedMs, again }: OpeningReport = JSON.parse(await spokes.next());
  await until(async () => (await report()).connections === SPOKES, {
    ...{ what: "the server to know all", timeoutMs: 60_000 },
  });
  await pause(REST_MS);
  // Collected once more, and then given back.
  await report();
  await pause(REST_MS);
  const after = await report();
  return {
    rss: (after.rss - before.rss) / SPOKES,
    heap: (after.heap - before.heap) / SPOKES,
    ...{ openedMs, again },
  };
}

function print(what: string, { rss, heap, openedMs, again }: Cost): void {
  const kb = (bytes: number) => `${(bytes / 1_000).toFixed(1)} KB`;
  const line = `${what}: ${kb(rss)} each, ${kb(heap)} of it live heap; ` +
    `${SPOKES} opened at once in ${(openedMs / 1_000).toFixed(1)} s, ` +
    `${again} tries in vain`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const cache = fileURLToPath(new URL("../.hub/cache", import.meta.url));
await Deno.mkdir(cache, { recursive: true });
const { path: program } = await findNatsServer({ cache });
await using nats = await startNatsNode({ program });
// Nodes without a database: none of what is measured needs one.
const none = { postgresUrl: "none", templateDatabase: "none" };
const env = testVariables({ ...none, natsUrl: nats.url, natsServer: program });
const bare = await measure("bare", env);
print("bare sockets", bare);
const node = await measure("node", env);
print("spokes", node);
const over = { rss: node.rss - bare.rss, heap: node.heap - bare.heap };
print("a spoke over its bare socket", { ...node, ...over });
