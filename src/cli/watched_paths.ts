import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { HubConfig } from "../config/mod.ts";
import { kindModulePath } from "../kinds.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["src", "packages", "actors", "bridges", "examples", "migrations"];

/** Folders whose files a node is made of: the project's own, and those of the configured kinds. */
export function watchedPaths({ kinds }: Pick<HubConfig, "kinds">): string[] {
  const own = FOLDERS.map((folder) => fileURLToPath(new URL(folder, ROOT)));
  const named = kinds.map((module) => dirname(kindModulePath(module, Deno.cwd())));
  return [...new Set([...own, ...named])];
}
