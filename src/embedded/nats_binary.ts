/**
 * Finds a nats-server that is new enough, or fetches one.
 *
 * @module
 */
import { isNatsVersionSupported, MINIMUM_NATS_VERSION } from "@hub/bus";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { getLogger } from "../logger/mod.ts";
import { leash, runLeashed } from "./leash.ts";
import { machineSuites } from "./machine_suites.ts";
import { archiveName, fetchRelease } from "./release_archive.ts";

const FETCH_DEB = fileURLToPath(new URL("fetch_deb.sh", import.meta.url));
const NO_SUCH_VERSION = 3;
/** What apt needs of the environment; nothing else of it concerns a package mirror. */
const PROXIES = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
const log = getLogger("nats");

/** A nats-server program, its version, and how we came by it. */
export interface NatsBinary {
  readonly path: string;
  readonly version: string;
  readonly origin: "configured" | "path" | "cache" | "debian" | "release";
}

export interface NatsBinaryOptions {
  /** Directory for downloaded programs. */
  readonly cache: string;
  /** A program to use and no other. */
  readonly configured?: string | undefined;
  readonly signal?: AbortSignal;
  /** Tells a waiting person what takes so long. */
  readonly onStep?: (step: string) => void;
}

/**
 * Finds nats-server: the configured one; else one on `PATH`; else the cached one; else fetches it.
 *
 * @throws {Error} with the commands of common package managers when there is none to be had.
 */
export async function findNatsServer(options: NatsBinaryOptions): Promise<NatsBinary> {
  if (options.configured !== undefined) return await configuredServer(options.configured);
  const { found, passedOver } = await installedServer(options.cache);
  return found ?? await fetchServer(options, passedOver);
}

/** What there is on this machine: one that is new enough, and those that are not. */
export interface Installed {
  readonly found: NatsBinary | undefined;
  /** Such as "version 2.9.1 on PATH". */
  readonly passedOver: readonly string[];
}

/** Looks for a nats-server that is already on this machine. */
export async function installedServer(cache: string): Promise<Installed> {
  const passedOver: string[] = [];
  const candidates = [
    { path: "nats-server", origin: "path" },
    { path: cachedPath(cache), origin: "cache" },
  ] as const;
  for (const { path, origin } of candidates) {
    const version = await versionOf(path).catch(() => undefined);
    if (version === undefined) continue;
    if (isNatsVersionSupported(version)) {
      return { found: { path, version, origin }, passedOver };
    }
    passedOver.push(`version ${version} ${origin === "path" ? "on PATH" : `in ${cache}`}`);
  }
  return { found: undefined, passedOver };
}

/**
 * The nats-server at that path.
 *
 * @throws {Error} when it cannot be run or is too old.
 */
export async function configuredServer(configured: string): Promise<NatsBinary> {
  // Programs run in "/", where a relative path means something else.
  const path = configured.includes("/") ? resolve(configured) : configured;
  const version = await versionOf(path).catch((cause) => {
    throw new Error(`Cannot run the configured nats-server ${path}: ${cause.message}`, { cause });
  });
  if (!isNatsVersionSupported(version)) {
    throw new Error(
      `The configured nats-server ${path} is version ${version}; ` +
        `${MINIMUM_NATS_VERSION} or newer is needed.`,
    );
  }
  return { path, version, origin: "configured" };
}

async function fetchServer(
  options: NatsBinaryOptions,
  passedOver: readonly string[],
): Promise<NatsBinary> {
  const reasons = passedOver.map((what) => `${what}: too old`);
  for (
    const [origin, fetchProgram] of [["debian", fromDebian], ["release", fromRelease]] as const
  ) {
    try {
      const program = await fetchProgram(options);
      if (program === undefined) continue;
      const path = await keep(options.cache, program);
      const version = await versionOf(path);
      log.info("fetched nats-server", { version, origin });
      return { path, version, origin };
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(`tried ${origin}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(noServerMessage(reasons));
}

/** The machine's own Debian archive; `undefined` where the machine has none. */
async function fromDebian(
  { cache, onStep, signal }: NatsBinaryOptions,
): Promise<Uint8Array | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const suites = await machineSuites();
  if (suites.length === 0) return undefined;
  onStep?.("Fetching nats-server from this machine's Debian package mirror");
  const dir = await Deno.makeTempDir({ dir: cache, prefix: "deb-" });
  const failures: string[] = [];
  try {
    for (const [at, suite] of suites.entries()) {
      signal?.throwIfAborted();
      const place = join(dir, String(at));
      const { code, lastLine } = await fetchDeb([place, suite.line, suite.origin], signal);
      if (code === 0) return await readProgram(join(place, "root"));
      failures.push(code === NO_SUCH_VERSION ? "too old there" : lastLine);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  throw new Error([...new Set(failures)].join("; "));
}

async function fetchDeb(args: readonly string[], signal?: AbortSignal) {
  const env = Object.fromEntries(PROXIES.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  await using run = leash(FETCH_DEB, {
    args: [...args, "nats-server", MINIMUM_NATS_VERSION],
    env,
    group: true,
  });
  const stop = () => void run[Symbol.asyncDispose]();
  signal?.addEventListener("abort", stop);
  const code = await run.exited;
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  return { code, lastLine: run.lastLines().split("\n").at(-1) ?? "" };
}

async function fromRelease(
  { onStep, signal }: NatsBinaryOptions,
): Promise<Uint8Array | undefined> {
  const name = archiveName(Deno.build);
  if (name === undefined) return undefined;
  onStep?.(`Fetching ${name} from the NATS project's releases`);
  return await fetchRelease(name, signal ? { signal } : {});
}

async function readProgram(root: string): Promise<Uint8Array> {
  for (const place of ["usr/bin", "usr/sbin"]) {
    try {
      return await Deno.readFile(join(root, place, "nats-server"));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error("the package holds no nats-server");
}

/** Puts the program in place by a rename, so that a half-written one is never run. */
async function keep(cache: string, program: Uint8Array): Promise<string> {
  const path = cachedPath(cache), aside = `${path}-${crypto.randomUUID()}`;
  await Deno.writeFile(aside, program, { mode: 0o755 });
  await Deno.rename(aside, path);
  return path;
}

function cachedPath(cache: string): string {
  return join(cache, "nats-server");
}

async function versionOf(path: string): Promise<string> {
  const printed = await runLeashed(path, { args: ["--version"] });
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
  if (version === undefined) throw new Error(`it names no version: ${printed}`);
  return version;
}

function noServerMessage(reasons: readonly string[]): string {
  return [
    `No nats-server ${MINIMUM_NATS_VERSION} or newer was found, and none could be fetched.`,
    ...reasons.map((reason) => `  ${reason}`),
    "Install one and start again:",
    "  Debian, Ubuntu   apt install nats-server   (testing or newer)",
    "  macOS            brew install nats-server",
    "  Arch             pacman -S nats-server",
    "  Go               go install github.com/nats-io/nats-server/v2@latest",
    "or name a running one:  NATS_URL=nats://host:4222",
  ].join("\n");
}
