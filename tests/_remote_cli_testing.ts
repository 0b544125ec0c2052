/** The command line as somebody uses it who has a hub's address and a key, and nothing else. */
import { CallError } from "@alkdev/operations";
import { operation, type SpokeOperation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { Hub } from "../src/start_hub.ts";
import type { FlagValues } from "../src/config/mod.ts";
import { type CommandResult, hubCommand, runHub, startTestHub } from "./harness/hub.ts";
import { killNow } from "./harness/process.ts";
import { until } from "./harness/until.ts";
import { spokeOf } from "./spokes/_spokes_testing.ts";

/** A home of a user, with nothing in it. */
export interface Home extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** For files of a test. */
  readonly root: string;
  /** Where profiles and keys are kept. */
  readonly path: string;
  run(args: readonly string[], more?: RunOptions): Promise<CommandResult>;
  /** Starts a command that goes on until it is ended. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
}

/** How one command differs from the others. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A command that runs. */
export interface Running extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly status: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
}

/** Makes one; disposing removes it. */
export async function testHome(): Promise<Home> {
  const root = await Deno.makeTempDir();
  const env = { XDG_CONFIG_HOME: root, HUB_DATA_DIR: join(root, "data") };
  return {
    env,
    root,
    path: join(root, "alkdev-hub"),
    run: (args, more = {}) => runHub({ ...more, args, env: { ...env, ...more.env } }),
    start: (args, more = {}) => running(hubCommand({ args, env: { ...env, ...more } })),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

function running(command: Deno.Command): Running {
  const child = command.spawn();
  let stdout = "", stderr = "";
  const reading = Promise.all([
    read(child.stdout, (text) => stdout += text),
    read(child.stderr, (text) => stderr += text),
  ]);
  const status = Promise.all([child.status, reading]).then(([status]) => status);
  return {
    ...{ stdout: () => stdout, stderr: () => stderr, status },
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      killNow(child);
      await status;
    },
  };
}

async function read(bytes: ReadableStream<Uint8Array>, take: (text: string) => void) {
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) take(text);
}

/** A hub with one spoke, and somebody who has its first key. */
export interface RemoteHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly home: Home;
  /** Calls that wait at the spoke. */
  readonly waiting: () => number;
  /** Runs a command with address and key in the environment. */
  run(...args: string[]): Promise<CommandResult>;
  readonly env: Readonly<Record<"HUB_URL" | "HUB_KEY", string>>;
}

/** Starts a hub with a spoke `dev1`, which offers `text/upper`, `text/count`, `text/wait` and `text/fail`. */
export async function startRemote(flags: FlagValues = {}): Promise<RemoteHub> {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startTestHub(flags));
  const home = stack.use(await testHome());
  ok(hub.firstKey);
  const env = { HUB_URL: hub.url, HUB_KEY: hub.firstKey };
  const { operations, waiting } = offered();
  const token = await enrol(env, "dev1");
  stack.use(
    await spokeOf(`${hub.url.replace("http", "ws")}/ws`, "dev1", { key: token, operations }),
  );
  await until(async () => await callOver(env, "/dev1/text/upper", { text: "" }) === "", {
    what: "the spoke",
  });
  const parts = stack.move();
  return {
    ...{ hub, home, env, waiting },
    run: (...args) => home.run(args, { env }),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

async function enrol(env: RemoteHub["env"], peerId: string): Promise<string> {
  await callOver(env, "/hub/peers/create", { peerId, role: "node", roles: ["spoke"] });
  return Object(await callOver(env, "/hub/peers/add-token", { peerId })).token;
}

/** Calls an operation by the documented request. */
export async function callOver(
  { HUB_URL, HUB_KEY }: RemoteHub["env"],
  operation: string,
  input: object,
): Promise<unknown> {
  const response = await fetch(`${HUB_URL}/call`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${HUB_KEY}` },
    body: JSON.stringify({ operation, input }),
  });
  return (await response.json()).output;
}

function offered(): { readonly operations: SpokeOperation[]; readonly waiting: () => number } {
  let waiting = 0;
  const operations = [
    operation({
      name: "text/upper",
      description: "Upper case",
      input: Type.Object({ text: Type.String({ description: "What to write large" }) }),
      output: Type.String(),
      handler: ({ text }) => text.toUpperCase(),
    }),
    operation({
      name: "text/count",
      type: "subscription",
      input: Type.Object({ to: Type.Integer() }),
      output: Type.Integer(),
      async *handler({ to }) {
        for (let at = 1; at <= to; at++) yield await Promise.resolve(at);
      },
    }),
    operation({
      name: "text/wait",
      input: Type.Object({}),
      async handler(_input, { signal }) {
        waiting++;
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        waiting--;
        return {};
      },
    }),
    operation({
      name: "text/fail",
      errors: [{ code: "TOO_LOUD", description: "Cannot be said", schema: {}, httpStatus: 422 }],
      input: Type.Object({}),
      handler() {
        throw new CallError("TOO_LOUD", "too loud");
      },
    }),
  ];
  return { operations, waiting: () => waiting };
}

/** What a command printed that did what it was asked for. */
export function printed({ code, stdout, stderr }: CommandResult): string {
  strictEqual(code, 0, stderr);
  return stdout;
}
