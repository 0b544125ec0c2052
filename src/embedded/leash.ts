/**
 * Child processes that never outlive the hub.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./_lines.ts";

const SCRIPT = fileURLToPath(new URL("leash.sh", import.meta.url));
const KEPT_LINES = 20;

/** Whom a program becomes that must not be root. */
export interface UnprivilegedUser {
  readonly uid: number;
  /** A directory that it has to get to. */
  readonly reach: string;
}

/** How a program is run on a leash. */
export interface LeashOptions {
  readonly args: readonly string[];
  /** The whole environment of the program; nothing is inherited but `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Signal that asks the program to end. */
  readonly stopSignal?: "TERM" | "INT";
  /** Whether the signal goes to the program's own children, too. */
  readonly group?: boolean;
  /** How long it may take to end before it is killed. */
  readonly graceSeconds?: number;
  /** Unprivileged user to become; only root can. */
  readonly user?: UnprivilegedUser | undefined;
  /** Called with each line that the program prints. */
  readonly onLine?: (line: string) => void;
}

/** A program that runs until it ends by itself, is disposed of, or loses the hub. */
export interface Leashed extends AsyncDisposable {
  /** Resolves with the exit code once the program is gone. */
  readonly exited: Promise<number>;
  /** The last lines it printed: what an error message should quote. */
  lastLines(): string;
}

/**
 * Runs `program` on a leash: closing standard input of `leash.sh` is what stops it, so that it
 * stops in the same way whether the hub closes it or dies.
 */
export function leash(program: string, options: LeashOptions): Leashed {
  const child = new Deno.Command(SCRIPT, {
    args: [...leashArgs(options), program, ...options.args],
    cwd: "/",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C in a terminal goes to the whole process group: the servers must outlive the drain.
    detached: true,
  }).spawn();
  const kept: string[] = [];
  const keep = (line: string) => {
    kept.push(line);
    if (kept.length > KEPT_LINES) kept.shift();
    options.onLine?.(line);
  };
  const read = Promise.all([readLines(child.stdout, keep), readLines(child.stderr, keep)]);
  const exited = Promise.all([child.status, read]).then(([status]) => status.code);
  const letGo = once(() => child.stdin.close().catch(ignoreClosedPipe));
  void exited.then(letGo);
  return {
    exited,
    lastLines: () => kept.join("\n"),
    async [Symbol.asyncDispose]() {
      await letGo();
      await exited;
    },
  };
}

/**
 * Runs a program on a leash to its end and returns what it printed.
 *
 * @throws {Error} with the program's last lines when it fails.
 */
export async function runLeashed(program: string, options: LeashOptions): Promise<string> {
  await using run = leash(program, options);
  const code = await run.exited;
  if (code !== 0) throw new Error(`${program} exited with code ${code}: ${run.lastLines()}`);
  return run.lastLines();
}

/** What an earlier hub may have left behind. */
export interface Stale {
  /** Where the server wrote its process id. */
  readonly pidFile: string;
  /** Name of its program, and a text that stands in its command line: nobody else is ended. */
  readonly program: string;
  readonly mark: string;
}

/** Waits for a server of an earlier hub, and ends it if need be. */
export async function endStale({ pidFile, program, mark }: Stale): Promise<void> {
  const { success, code, stderr } = await new Deno.Command(SCRIPT, {
    args: ["--end", pidFile, program, mark],
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(`Cannot end the ${program} of an earlier hub (exit code ${code}): ${said}`);
}

function leashArgs(
  { stopSignal = "TERM", graceSeconds = 10, group, user }: LeashOptions,
): string[] {
  const args = ["--stop", stopSignal, "--grace", String(graceSeconds)];
  if (group) args.push("--group");
  if (user) args.push("--as", String(user.uid), "--reach", user.reach);
  return args;
}

async function readLines(bytes: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
  const text = bytes.pipeThrough(new TextDecoderStream());
  for await (const line of text.pipeThrough(new TextLineStream())) onLine(line);
}

function ignoreClosedPipe(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}

function once<T>(act: () => T): () => T {
  let result: { value: T } | undefined;
  return () => (result ??= { value: act() }).value;
}
