/**
 * The kinds of actors that a node hosts: those of the hub itself, and those of modules that the
 * configuration names.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ActorKind } from "../actors/runtime/mod.ts";
import { createRunners, type Nodes } from "./mcp/runner.ts";
import { createMcpTaskKind } from "./mcp/task_kind.ts";
import { createSpokeKind } from "./spokes/spoke_kind.ts";

/** Names that are kept for the hub's own kinds. */
const RESERVED: readonly string[] = ["spoke", "session", "task", "mcp-task"];

/**
 * The hub's own kinds.
 *
 * @param nodes Those of the hub. Without them the kinds are for reading logs alone.
 */
export function ownKinds(nodes?: Nodes): ActorKind[] {
  return [createSpokeKind(), createMcpTaskKind(nodes && createRunners(nodes))];
}

export interface LoadKindsOptions {
  /** The working directory, from which relative paths start. Default: that of the process. */
  readonly cwd?: string;
}

/** A kind and the module that declares it. */
interface Found {
  readonly kind: ActorKind;
  readonly module: string;
}

/**
 * Loads the kinds that modules export: their default export is one `defineActor({ … })`, or an array
 * of them.
 *
 * @param modules Paths, or file URLs.
 * @throws {Error} that names the module and says what is wrong with it.
 */
export async function loadKinds(
  modules: readonly string[],
  { cwd = Deno.cwd() }: LoadKindsOptions = {},
): Promise<ActorKind[]> {
  const found: Found[] = [];
  // One after the other: the first that is wrong is the one that is told.
  for (const module of modules) found.push(...await kindsIn(module, cwd));
  for (const [at, { kind: { kind }, module }] of found.entries()) {
    if (RESERVED.includes(kind)) {
      throw new Error(`Cannot load ${module}: the name "${kind}" is kept for the hub's own kind`);
    }
    const first = found.slice(0, at).find((other) => other.kind.kind === kind);
    if (first !== undefined) {
      throw new Error(
        `Cannot load ${module}: ${
          first.module === module ? "it" : first.module
        } declares the kind "${kind}" already`,
      );
    }
  }
  return found.map(({ kind }) => kind);
}

/**
 * The path of a module as the configuration names it.
 *
 * @throws {Error} If it is no local file.
 */
export function kindModulePath(module: string, cwd: string): string {
  if (module.startsWith("file:")) {
    try {
      return fileURLToPath(module);
    } catch (cause) {
      throw new Error(`Cannot load ${module}: it is no URL of a local file`, { cause });
    }
  }
  // A letter alone is a drive of Windows.
  if (/^[a-z][a-z0-9+.-]+:/i.test(module)) {
    throw new Error(`Cannot load ${module}: kinds come from local files, as paths or file URLs`);
  }
  return resolve(cwd, module);
}

async function kindsIn(module: string, cwd: string): Promise<Found[]> {
  const exported = await importDefault(module, kindModulePath(module, cwd));
  const kinds = Array.isArray(exported) ? exported : [exported];
  if (kinds.length > 0 && kinds.every(isKind)) return kinds.map((kind) => ({ kind, module }));
  const found = exported === undefined
    ? "it has no default export"
    : Array.isArray(exported) && exported.length === 0
    ? "its default export is empty"
    : "its default export is something else";
  throw new Error(
    `Cannot load ${module}: ${found}. Expected "export default defineActor({ … })", or an array of them`,
  );
}

async function importDefault(module: string, path: string): Promise<unknown> {
  await mustBeThere(module, path);
  try {
    const loaded: unknown = await import(pathToFileURL(path).href);
    return typeof loaded === "object" && loaded !== null
      ? Reflect.get(loaded, "default")
      : undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot load ${module}: ${reason}`, { cause });
  }
}

async function mustBeThere(module: string, path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isFile) return;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      // Flags are not known when permissions are computed.
      const advice = "name it in HUB_KINDS or hub.jsonc, not with --kinds";
      throw new Error(`Cannot load ${module}: it lies outside the project, ${advice}`, { cause });
    }
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  throw new Error(`Cannot load ${module}: there is no file ${path}`);
}

/** By its shape: the module may have a copy of `defineActor` of its own. */
function isKind(value: unknown): value is ActorKind {
  return typeof value === "object" && value !== null && "kind" in value &&
    typeof value.kind === "string" && "version" in value && typeof value.version === "number" &&
    "machine" in value && typeof value.machine === "object" && "refuse" in value &&
    typeof value.refuse === "function" && "upcast" in value && typeof value.upcast === "function";
}
