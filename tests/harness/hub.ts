/**
 * Hub nodes: in this process, or as processes of their own that a test may kill.
 *
 * @module
 */
import { type FlagValues, type HubConfig, loadConfig } from "../../src/config/mod.ts";
import { type Hub, startHub } from "../../src/start_hub.ts";
import { testDatabase } from "./database.ts";
import { testEnvironment } from "./environment.ts";
import { fromFileUrl } from "./paths.ts";
import { killNow } from "./process.ts";
import { testRealm } from "./realm.ts";

/** A configuration with the given values, and defaults elsewhere. */
export async function testConfig(flags: FlagValues): Promise<HubConfig> {
  const noFile = () => Promise.reject(new Deno.errors.NotFound());
  const { config } = await loadConfig({ env: {}, cwd: "/", flags, readTextFile: noFile });
  return config;
}

/** A hub node in this process, on the shared servers, with a realm and a database of its own. */
export async function startTestHub(flags: FlagValues = {}): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const config = await testConfig({
    realm: testRealm(),
    nats: { url: testEnvironment().natsUrl },
    postgres: { url: database.url },
    http: { port: 0 },
    ...flags,
  });
  const hub = stack.use(await startHub(config));
  const parts = stack.move();
  return {
    url: hub.url,
    metricsUrl: hub.metricsUrl,
    nodeId: hub.nodeId,
    firstKey: hub.firstKey,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

export interface CommandOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; the project's own folder when absent. */
  readonly cwd?: string;
  /** What it reads; nothing when absent. */
  readonly stdin?: string;
  /** Arguments of Deno in place of the start task's. */
  readonly permissions?: readonly string[];
}

/** The `hub` command as a process of its own, with an environment that holds no setting. */
export function hubCommand(
  { args, env = {}, cwd, stdin, permissions = ["--allow-all"] }: CommandOptions,
): Deno.Command {
  const main = fromFileUrl("../../src/main.ts");
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) =>
    !name.startsWith("HUB_") && name !== "NATS_URL" && name !== "DATABASE_URL"
  );
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, main, ...args],
    cwd: cwd ?? fromFileUrl("../../"),
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** What a command that has ended printed. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runHub(options: CommandOptions): Promise<CommandResult> {
  const child = hubCommand(options).spawn();
  if (options.stdin !== undefined) await new Blob([options.stdin]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A hub process. Disposing of it kills it, if it still runs. */
export interface HubProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with its address once it is ready; rejects when it ends before. */
  readonly ready: Promise<string>;
  readonly exited: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
  /** All that it has printed so far. */
  output(): string;
}

/** Starts `hub start` and reads what it prints. */
export function spawnHub({ args, ...options }: CommandOptions): HubProcess {
  const child = hubCommand({ ...options, args: ["start", "--http-port", "0", ...args] }).spawn();
  const ready = Promise.withResolvers<string>();
  let printed = "";
  const read = async (bytes: ReadableStream<Uint8Array>) => {
    for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const url = /is ready at (http:\S+)/.exec(printed)?.[1];
      if (url !== undefined) ready.resolve(url);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const exited = Promise.all([child.status, reading]).then(([status]) => status);
  void exited.then(() => ready.reject(new Error(`The hub ended before it was ready:\n${printed}`)));
  // A test that does not wait for it may still see the hub end.
  ready.promise.catch(() => undefined);
  return {
    pid: child.pid,
    ready: ready.promise,
    exited,
    kill: (signal) => child.kill(signal),
    output: () => printed,
    async [Symbol.asyncDispose]() {
      killNow(child);
      await exited;
    },
  };
}
