/**
 * A spoke that runs commands of a list, by `shell/run`.
 *
 * It shows how to run processes for others: no shell ever sees what a caller sends, each command says
 * what may be added to it, output and time are bounded, and when the caller leaves, the process and
 * all that it started are killed.
 *
 *     HUB_KEY=… deno run --allow-net --allow-env --allow-run examples/shell_spoke.ts
 *
 * Change `COMMANDS` to offer others.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { operation, type SpokeOperation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { connect } from "./connect.ts";

/** A command that may be run. */
export interface Command {
  readonly program: string;
  /** What always comes first. */
  readonly args?: readonly string[];
  /** What each argument of a caller has to be like; without it, callers add none. */
  readonly more?: RegExp;
  readonly maxMs?: number;
}

/** A name, and no option: what begins with a dash could make any program do anything. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const COMMANDS: Readonly<Record<string, Command>> = {
  date: { program: "date", args: ["--utc"] },
  disk: { program: "df", args: ["-h"] },
  log: { program: "git", args: ["log", "--oneline", "-n", "20"] },
  branch: { program: "git", args: ["rev-parse", "--verify", "--end-of-options"], more: PLAIN },
};

const MAX_MS = 30_000;
const MAX_ARGS = 16;
/** Of either output. */
const MAX_OUTPUT_BYTES = 64 * 1024;

const errors = [
  { code: "NOT_ALLOWED", description: "Not on the list", schema: {}, httpStatus: 403 },
  { code: "TOOK_TOO_LONG", description: "The command was killed", schema: {}, httpStatus: 504 },
];

/** The operation that runs `commands`, and nothing else. */
export function shellOperations(commands: Readonly<Record<string, Command>>): SpokeOperation[] {
  const allowed = new Map(Object.entries(commands));
  return [operation({
    name: "shell/run",
    description: `Runs one of: ${[...allowed.keys()].join(", ")}`,
    errors,
    input: Type.Object({
      command: Type.String({ maxLength: 100 }),
      args: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: MAX_ARGS })),
    }),
    output: Type.Object({
      code: Type.Integer(),
      stdout: Type.String(),
      stderr: Type.String(),
      /** Whether there was more than is told. */
      isCut: Type.Boolean(),
    }),
    handler: async ({ command, args = [] }, { signal }) => {
      const found = allowed.get(command);
      if (found === undefined || !args.every((arg) => found.more?.test(arg) ?? false)) {
        throw new CallError("NOT_ALLOWED", "this command, or an argument of it, is not allowed");
      }
      return await run(found, args, signal);
    },
  })];
}

async function run(command: Command, more: readonly string[], signal: AbortSignal) {
  const { program, args = [], maxMs = MAX_MS } = command;
  const child = new Deno.Command(program, {
    args: [...args, ...more],
    // Nothing of this program's own secrets, such as its key.
    ...{ clearEnv: true, env: { PATH: Deno.env.get("PATH") ?? "" } },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
  }).spawn();
  let isLate = false;
  const kill = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, maxMs);
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  try {
    const outputs = [firstBytes(child.stdout), firstBytes(child.stderr)] as const;
    const [stdout, stderr] = await Promise.all(outputs);
    const { code } = await child.status;
    if (isLate) throw new CallError("TOOK_TOO_LONG", `killed after ${maxMs} ms`);
    const isCut = stdout.isCut || stderr.isCut;
    return { code, stdout: stdout.text, stderr: stderr.text, isCut };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
}

/** The beginning of an output; the rest is read and forgotten, so that the process can end. */
async function firstBytes(output: ReadableStream<Uint8Array>) {
  const kept = new Uint8Array(MAX_OUTPUT_BYTES);
  let size = 0, isCut = false;
  for await (const chunk of output) {
    const fitting = chunk.subarray(0, MAX_OUTPUT_BYTES - size);
    kept.set(fitting, size);
    size += fitting.length;
    isCut ||= fitting.length < chunk.length;
  }
  return { text: new TextDecoder().decode(kept.subarray(0, size)), isCut };
}

function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch (error) {
    // All of it has ended already.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) await connect(shellOperations(COMMANDS));
