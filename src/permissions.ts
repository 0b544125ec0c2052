/**
 * What a hub may do to the machine it runs on.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { HubConfig } from "./config/mod.ts";

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
}

/**
 * The fewest permissions with which a hub of that configuration works, as options of `deno run`.
 * docs/permissions.md says what each is for.
 *
 * @throws {Error} when a path cannot be written in such an option.
 */
export function permissionsFor({ dataDir, credsFile, configFile }: PermissionNeeds): string[] {
  const named = [credsFile, configFile].filter((path) => path !== undefined);
  return [
    "--allow-net",
    "--allow-env",
    "--allow-sys=uid,statfs",
    `--allow-read=${list([".", dataDir, ...APT, ...named])}`,
    `--allow-write=${list([dataDir])}`,
    `--allow-run=${list(PROGRAMS)}`,
  ];
}

/** Deno splits the list at commas and the task's shell at spaces. */
function list(paths: readonly string[]): string {
  const bad = paths.find((path) => /[\s,]/.test(path));
  if (bad === undefined) return paths.join(",");
  throw new Error(`Cannot grant access to "${bad}": choose a path without spaces and commas.`);
}
