/**
 * The other processes of a benchmark: each prints a line once it is ready, and ends when its standard
 * input does, so also when the benchmark is killed.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Load, Outcome } from "./_load.ts";

/** A process that has said that it is ready. */
export interface Peer extends AsyncDisposable {
  readonly pid: number;
  /** Its first line. */
  readonly said: string;
  /** Has it make a load, if that is what it does. */
  drive(load: Load): Promise<Outcome>;
}

/** What is run: a program and its arguments, or a script of this folder that Deno runs. */
export interface PeerCommand {
  readonly program?: string;
  /** Of Deno itself, before the script. */
  readonly script?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a process, and waits for its first line. */
export async function startPeer(command: PeerCommand): Promise<Peer> {
  const { program = Deno.execPath(), script, args = [], env = {} } = command;
  const before = script === undefined ? [] : ["run", "--allow-all", pathOf(script)];
  const child = new Deno.Command(program, {
    args: [...before, ...args],
    ...{ env, stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const lines = linesOf(child.stdout), input = child.stdin.getWriter();
  const next = async () => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`${[program, ...before, ...args].join(" ")} has ended`);
    return value;
  };
  return {
    pid: child.pid,
    said: await next(),
    async drive(load) {
      await input.write(new TextEncoder().encode(`${JSON.stringify(load)}\n`));
      return JSON.parse(await next());
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([input.close(), lines.return()]);
      await child.status;
    },
  };
}

/** Starts a script of this folder that lives as long as the benchmark; what it said first. */
export async function startPeerOf(script: string, ...args: string[]): Promise<string> {
  const peer = await startPeer({ script, args });
  addEventListener("unload", () => void peer[Symbol.asyncDispose]());
  return peer.said;
}

/** The path of a file of this folder. */
export function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}

async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
