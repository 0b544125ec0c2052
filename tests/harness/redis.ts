/**
 * A real redis-server for the tests of the Redis event target.
 *
 * @module
 */
import { join } from "node:path";
import { machineSuites } from "../../src/embedded/machine_suites.ts";
import { onFreePort } from "../../src/embedded/free_port.ts";
import { fromFileUrl } from "./paths.ts";
import { until } from "./until.ts";

const CACHE = fromFileUrl("../../.hub/cache");
const FETCH_DEB = fromFileUrl("../../src/embedded/fetch_deb.sh");

/** A redis-server program, and where its libraries are when they are not the machine's. */
export interface RedisProgram {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A running redis-server. */
export type RedisServer = AsyncDisposable & { readonly url: string };

/** Starts an empty redis-server, which stores nothing, on a free loopback port. */
export async function startRedis(): Promise<RedisServer> {
  const program = await findRedis();
  if ("missing" in program) throw new Error(`Cannot start a redis-server: ${program.missing}`);
  return await onFreePort((port) => start(program, port));
}

/** The redis-server of this machine, or of its Debian archive; or why there is none. */
export async function findRedis(): Promise<RedisProgram | { readonly missing: string }> {
  const onPath = { path: "redis-server", env: {} };
  if (await runs(onPath)) return onPath;
  const cached = await programIn(join(CACHE, "redis")).catch(() => undefined);
  if (cached !== undefined && await runs(cached)) return cached;
  try {
    await fetchRedis();
    const fetched = await programIn(join(CACHE, "redis"));
    return await runs(fetched) ? fetched : { missing: "the one that was fetched does not run" };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a program until standard input ends: when it is told to, or whoever started it is gone. */
const WHILE_HELD = 'exec 3<&0; "$@" </dev/null 3<&- & read -r _ <&3; kill "$!"; wait "$!"';

async function start({ path, env }: RedisProgram, port: number): Promise<RedisServer> {
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = new Deno.Command("sh", {
    args: ["-c", WHILE_HELD, "sh", path, ...args],
    env,
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    await server.stdin.close();
    await server.status;
  };
  try {
    await until(() => answers(port), { what: "redis-server" });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}

async function answers(port: number): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("PING\r\n"));
  const answer = new Uint8Array(5);
  await connection.read(answer);
  return new TextDecoder().decode(answer) === "+PONG";
}

async function runs({ path, env }: RedisProgram): Promise<boolean> {
  try {
    return (await new Deno.Command(path, { args: ["--version"], env }).output()).success;
  } catch {
    return false;
  }
}

/** The program in a directory of unpacked packages. */
async function programIn(root: string): Promise<RedisProgram> {
  const path = join(root, "usr", "bin", "redis-server");
  await Deno.stat(path);
  const libraries = [];
  for (const place of ["usr/lib", "lib"]) {
    const entries = await Array.fromAsync(Deno.readDir(join(root, place))).catch(() => []);
    libraries.push(...entries.map(({ name }) => join(root, place, name)));
  }
  return { path, env: { LD_LIBRARY_PATH: libraries.join(":") } };
}

/** Unpacks redis-server, and the libraries it needs, from the archive of the machine's release. */
async function fetchRedis(): Promise<void> {
  const suites = (await machineSuites()).filter(({ isOwn }) => isOwn);
  if (suites.length === 0) throw new Error("there is none here, and no Debian archive to ask");
  await Deno.mkdir(CACHE, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: CACHE, prefix: "redis-" });
  const failures: string[] = [];
  try {
    for (const [at, { line, origin }] of suites.entries()) {
      const place = join(dir, String(at));
      const { success, stderr } = await new Deno.Command(FETCH_DEB, {
        args: [place, line, origin, "redis-tools", "0", "redis-server"],
      }).output();
      if (success) return await keep(join(place, "root"));
      failures.push(new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "");
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  throw new Error(`redis-server could not be fetched: ${failures.join("; ")}`);
}

/** Puts the unpacked packages in place, unless another test was faster. */
async function keep(root: string): Promise<void> {
  const place = join(CACHE, "redis");
  try {
    await Deno.rename(root, place);
  } catch (error) {
    const there = await Deno.stat(place).then(() => true, () => false);
    if (!there) throw error;
  }
}
