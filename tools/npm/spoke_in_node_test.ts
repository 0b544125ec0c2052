import { connectClient, type ConnectionStatus } from "@alkdev/operations/spoke";
import { build, stop } from "esbuild";
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../src/embedded/free_port.ts";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { missingTools } from "./consumer.ts";
import { workspaceSources } from "./node_tests.ts";
import { ROOT } from "./packages.ts";

interface Platform {
  readonly name: string;
  readonly command: string;
  /** What it tells as its version. */
  readonly version: RegExp;
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
}

const platforms: readonly Platform[] = [
  { name: "Node", command: "node", version: /^v\d+\.\d+\.\d+$/, missing: missingTools() },
  // A hundred megabytes: CI does not fetch it. `npm install --prefix DIR bun` brings it.
  { name: "Bun", command: "bun", version: /^bun \d+\.\d+\.\d+$/, missing: missingBun() },
];

function missingBun(): string | undefined {
  const { status } = spawnSync("bun", ["--version"], { stdio: "ignore" });
  return status === 0 ? undefined : "bun is not in PATH";
}

/** Bundles the program; Node finds the packages it needs from where the bundle lies. */
async function bundle(dir: string): Promise<string> {
  const outfile = join(dir, "spoke.mjs");
  await build({
    entryPoints: [join(ROOT, "tools", "npm", "_spoke_in_node.ts")],
    ...{ outfile, bundle: true, platform: "node", format: "esm", target: "node20" },
    ...{ logLevel: "silent", plugins: [workspaceSources] },
  });
  await stop();
  return outfile;
}

interface Program extends AsyncDisposable {
  readonly told: ReadonlyArray<ConnectionStatus | { readonly state: "aborted" }>;
  /** Ends its input, and waits for it to leave. */
  leave(): Promise<Deno.CommandStatus>;
}

function startOn({ command }: Platform, args: readonly string[]): Program {
  const child = new Deno.Command(command, {
    args: [...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const told: (ConnectionStatus | { state: "aborted" })[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      told.push(...lines.map((line) => JSON.parse(line)));
    }
  })();
  let left: Promise<Deno.CommandStatus> | undefined;
  const leave = () => left ??= child.stdin.close().then(() => child.status);
  return {
    told,
    leave,
    async [Symbol.asyncDispose]() {
      await leave();
      await reading;
    },
  };
}

/** Why a program lost its connection, the first so many times. */
async function lossesOf(platform: Platform, args: readonly string[], count = 1) {
  await using spoke = startOn(platform, args);
  const told = () => spoke.told.filter(({ state }) => state === "offline");
  await until(() => told().length >= count, { what: `${count} losses` });
  return told().slice(0, count).map((loss) => "why" in loss ? [loss.why, loss.code ?? null] : []);
}

for (const platform of platforms) {
  const { name, missing } = platform;
  const note = missing === undefined ? "" : ` (ignored: ${missing})`;

  Deno.test({
    name: `a spoke under ${name} serves, streams, aborts, calls back, reconnects and drains${note}`,
    ignore: missing !== undefined,
    async fn() {
      mkdirSync(join(ROOT, "dist"), { recursive: true });
      const dir = mkdtempSync(join(ROOT, "dist", "spoke-in-node-"));
      await using realm = await testBus();
      const port = freePort();
      const options = { realm: realm.bus.realm, port };
      const first = await startRoutingNode(options);
      const client = connectClient({
        ...{ url: first.url, key: "ann|spokes:call" },
        reconnect: { initialMs: 100, maxMs: 500, floorMs: 10 },
      });
      try {
        await using spoke = startOn(platform, [await bundle(dir), first.url, "node:dev1"]);
        const states = () => spoke.told.map(({ state }) => state);
        const isOnline = () => states().at(-1) === "online";
        await until(isOnline, { what: "the spoke to be online" });
        const answer = Object(await client.call("/dev1/node/version"));
        match(answer.version, platform.version);
        strictEqual(answer.for, "ann");
        const values = [];
        for await (const value of client.subscribe("/dev1/node/count", { to: 1_000 })) {
          values.push(value);
        }
        deepStrictEqual(values, Array.from({ length: 1_000 }, (_, at) => at));
        ok(JSON.stringify(await client.call("/dev1/node/relay")).includes("services/schema"));
        await rejects(client.call("/dev1/node/wait", {}, { timeoutMs: 50 }), { code: "TIMEOUT" });
        await until(() => states().includes("aborted"), { what: "the handler to be aborted" });

        await first[Symbol.asyncDispose]();
        await until(() => states().includes("offline"), { what: "the loss to be noticed" });
        await using second = await startRoutingNode(options);
        await until(isOnline, { what: "the spoke to be back" });
        strictEqual(second.routing.local.size, 1);
        match(JSON.stringify(await client.call("/dev1/node/version")), /"for":"ann"/);

        strictEqual((await spoke.leave()).code, 0);
        await until(() => states().at(-1) === "closed", { what: "its last words" });
        await until(() => second.routing.local.size === 0, { what: "it to be gone" });
        await client.close();
      } finally {
        await client.close();
        rmSync(dir, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `under ${name}, a key that is not known is told as a refusal${note}`,
    ignore: missing !== undefined,
    async fn() {
      mkdirSync(join(ROOT, "dist"), { recursive: true });
      const dir = mkdtempSync(join(ROOT, "dist", "spoke-in-node-"));
      let sockets = 0;
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        ({ headers }) => {
          if (headers.has("upgrade")) sockets += 1;
          return new Response(null, { status: 401 });
        },
      );
      const refusing = `ws://127.0.0.1:${server.addr.port}/ws`;
      try {
        const program = await bundle(dir);
        const key = "nobody's";
        deepStrictEqual(await lossesOf(platform, [program, refusing, key]), [["refused", 401]]);
        if (name !== "Node") return;
        // Its own WebSocket tells no status. The hub is asked, and that is enough from then on.
        const own = ["--experimental-websocket", program];
        sockets = 0;
        deepStrictEqual(
          await lossesOf(platform, [...own, refusing, key, "own"], 3),
          Array(3).fill(["refused", 401]),
        );
        strictEqual(sockets, 1);
        const nobody = `ws://127.0.0.1:${freePort()}/ws`;
        deepStrictEqual(await lossesOf(platform, [...own, nobody, key, "own"]), [["lost", null]]);
      } finally {
        await server.shutdown();
        rmSync(dir, { recursive: true });
      }
    },
  });
}
