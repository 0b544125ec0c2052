/**
 * What a hub may do to the machine it runs on.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { HubConfig } from "./config/mod.ts";
import type { DatabasePaths } from "./database_paths.ts";
import { kindModulePath } from "./kinds.ts";

/** The only programs that are run: both are short scripts of this project. */
const PROGRAMS = ["leash.sh", "fetch_deb.sh"].map((name) =>
  fileURLToPath(new URL(`embedded/${name}`, import.meta.url))
);
/** Where a Debian machine says which mirror it uses. */
const APT = ["/etc/apt", "/etc/os-release"];

/** The part of a configuration that permissions follow from. */
export interface PermissionNeeds {
  readonly dataDir: HubConfig["dataDir"];
  readonly credsFile?: string | undefined;
  readonly configFile?: string | undefined;
  readonly kinds?: HubConfig["kinds"] | undefined;
  /** What the database's URL leads to on this machine. */
  readonly database?: DatabasePaths | undefined;
  /** The key ring of the configuration file. */
  readonly ringFile?: string | undefined;
  /** Files that hold a master key. */
  readonly keyFiles?: readonly string[] | undefined;
  /** Programs that print a master key. */
  readonly keyPrograms?: readonly string[] | undefined;
  /** OpenAPI documents that are imported. */
  readonly documents?: readonly string[] | undefined;
  /** Where commands keep this user's profiles; nodes give that up when they start. */
  readonly profiles?: string | undefined;
  /** Files that a command may replace. */
  readonly replaced?: readonly string[] | undefined;
}

/**
 * The fewest permissions with which a hub of that configuration works, as options of `deno run`.
 * docs/permissions.md says what each is for.
 *
 * @throws {Error} when a path cannot be written in such an option.
 */
export function permissionsFor(
  needs: PermissionNeeds,
): string[] {
  const { dataDir, credsFile, configFile, kinds = [], keyFiles = [], keyPrograms = [] } = needs;
  const { socket, files = [] } = needs.database ?? {};
  // A socket is connected to by those alone who may read and write it.
  const sockets = socket === undefined ? [] : [socket];
  // A file is replaced by writing aside and renaming.
  const replaced = (needs.replaced ?? []).flatMap((it) => [it, `${it}.new`, `${it}.bak`]);
  const profiles = needs.profiles === undefined ? [] : [needs.profiles];
  const named = [
    ...[credsFile, configFile, needs.ringFile, ...keyFiles, ...replaced],
    ...[...files, ...sockets, ...needs.documents ?? []],
  ].filter((path) => path !== undefined);
  // Their folders, because modules import what lies beside them.
  const folders = new Set(kinds.map((module) => dirname(kindModulePath(module, ""))));
  return [
    "--allow-net",
    "--allow-env",
    "--allow-sys=uid,statfs",
    `--allow-read=${list([".", dataDir, ...APT, ...named, ...folders, ...profiles])}`,
    `--allow-write=${list([dataDir, ...replaced, ...sockets, ...profiles])}`,
    `--allow-run=${list([...PROGRAMS, ...keyPrograms])}`,
  ];
}

/** Deno splits the list at commas and the task's shell at spaces. */
function list(paths: readonly string[]): string {
  const bad = paths.find((path) => /[\s,]/.test(path));
  if (bad === undefined) return paths.join(",");
  throw new Error(`Cannot grant access to "${bad}": choose a path without spaces and commas.`);
}
