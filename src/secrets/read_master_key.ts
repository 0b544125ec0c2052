/**
 * Reads the master key from where the configuration says it is.
 *
 * @module
 */
import type { HubConfig } from "../config/mod.ts";
import {
  CryptoError,
  type MasterKey,
  MAX_MASTER_KEY_CHARACTERS,
  parseMasterKey,
} from "../crypto/mod.ts";
import type { Input } from "./input.ts";

const MAX_BYTES = MAX_MASTER_KEY_CHARACTERS;
const COMMAND_MS = 30_000;
/** Group and others. */
const FOREIGN_MODES = 0o077;

/** Where a master key comes from; one of these. */
export type MasterKeySource = HubConfig["masterKey"];

/** What reading a key needs of the process. */
export interface ReadMasterKeyOptions {
  readonly input: Input;
  /** How long a command may take. Default 30 s. */
  readonly commandMs?: number;
  readonly env?: Pick<typeof Deno.env, "get" | "delete">;
}

/**
 * Reads a master key; undefined when the configuration names no source.
 *
 * @throws {Error} that names the source and never what it holds.
 */
export async function readMasterKey(
  source: MasterKeySource,
  options: ReadMasterKeyOptions,
): Promise<MasterKey | undefined> {
  const { file, command, env, input } = source;
  if (file !== undefined) return await from(`the file ${file}`, () => readKeyFile(file));
  if (command !== undefined) {
    return await from(`the command ${command[0]}`, () => runKeyCommand(command, options));
  }
  if (env !== undefined) {
    return await from(`the variable ${env}`, () => takeVariable(env, options.env ?? Deno.env));
  }
  if (input === "stdin") return await from("standard input", () => options.input.line());
  if (input === "prompt") {
    return await from("the terminal", () => options.input.hidden("Master key: "));
  }
  return undefined;
}

async function from(where: string, read: () => string | Promise<string>): Promise<MasterKey> {
  try {
    return parseMasterKey(await read());
  } catch (error) {
    const why = error instanceof CryptoError
      ? error.message.replace(/^Cannot use this master key: /, "")
      : error instanceof Error
      ? error.message
      : "unknown";
    // Without the cause: it may hold what was read.
    throw new Error(`Cannot read the master key from ${where}: ${why}`);
  }
}

async function readKeyFile(path: string): Promise<string> {
  // A pipe would be waited for, a device never end.
  if (!(await Deno.stat(path)).isFile) throw new Error("it is no regular file");
  using file = await Deno.open(path, { read: true });
  // Of what was opened, not of what has that name by now.
  const { isFile, mode, size } = await file.stat();
  if (!isFile) throw new Error("it is no regular file");
  if (mode !== null && (mode & FOREIGN_MODES) !== 0) {
    throw new Error(`others may read it: chmod 600 ${path}`);
  }
  if (size > MAX_BYTES) throw new Error("it is too long");
  const bytes = new Uint8Array(MAX_BYTES);
  let length = 0;
  while (length < MAX_BYTES) {
    const count = await file.read(bytes.subarray(length)) ?? 0;
    if (count === 0) break;
    length += count;
  }
  return decode(bytes.subarray(0, length)).replace(/\r?\n$/, "");
}

/** Bytes as text, and overwritten; whatever the decoder would say of them is not repeated. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is no text");
  } finally {
    bytes.fill(0);
  }
}

function takeVariable(name: string, env: Pick<typeof Deno.env, "get" | "delete">): string {
  const value = env.get(name);
  // Neither children nor whoever dumps the environment get to see it.
  env.delete(name);
  if (value === undefined) throw new Error("it is not set");
  return value;
}

async function runKeyCommand(
  [program = "", ...args]: readonly string[],
  { commandMs = COMMAND_MS }: ReadMasterKeyOptions,
): Promise<string> {
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    // What it complains of may hold what it was asked for.
    stderr: "null",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill(child);
  }, commandMs);
  try {
    const output = await collect(child);
    const { success, code } = await child.status;
    if (isLate) throw new Error(`it took longer than ${commandMs} ms`);
    if (output === undefined) throw new Error(`it printed more than ${MAX_BYTES} bytes`);
    if (!success) throw new Error(`it ended with code ${code}`);
    return decode(output).replace(/\r?\n$/, "");
  } finally {
    clearTimeout(timer);
  }
}

/** What a program printed; undefined, and the program ended, when that is too much. */
async function collect(child: Deno.ChildProcess): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(MAX_BYTES);
  let length = 0;
  for await (const chunk of child.stdout) {
    if (length + chunk.length > MAX_BYTES) {
      bytes.fill(0);
      kill(child);
      return undefined;
    }
    bytes.set(chunk, length);
    length += chunk.length;
    chunk.fill(0);
  }
  return bytes.subarray(0, length);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // A TypeError says that it has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}
