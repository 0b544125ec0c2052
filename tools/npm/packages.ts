import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Folders of `packages/` that are published. */
export const PACKAGE_FOLDERS = ["operations", "pubsub", "taskgraph", "flowgraph"] as const;

/** A folder of `packages/` that is published. */
export type PackageFolder = typeof PACKAGE_FOLDERS[number];

/** Peers that a package works without, with the range that it works with. */
const OPTIONAL_PEERS: Record<PackageFolder, Readonly<Record<string, string>>> = {
  operations: {
    "@modelcontextprotocol/client": "^2",
    "@modelcontextprotocol/sdk": "^1",
    "@sinclair/typemap": "^0.10.1",
    "valibot": "^1",
    "yaml": "^2",
    "zod": "^3.24.1 || ^4",
  },
  pubsub: { "@nats-io/nats-core": "^3", "ioredis": "^5" },
  taskgraph: {},
  flowgraph: { "@alkdev/operations": "^0.1.0" },
};

/** A publishable package as it lies in the repository. */
export interface SourcePackage {
  readonly folder: PackageFolder;
  readonly dir: string;
  readonly name: string;
  readonly version: string;
  /** Entry point to source file, such as `"."` to `"./src/index.ts"`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly optionalPeers: Readonly<Record<string, string>>;
}

/** Whether `value` names a publishable package's folder. */
export function isPackageFolder(value: string): value is PackageFolder {
  return PACKAGE_FOLDERS.some((folder) => folder === value);
}

/** Reads the package in `packages/<folder>`. */
export function readPackage(folder: PackageFolder): SourcePackage {
  const dir = join(ROOT, "packages", folder);
  const { name, version, exports } = readJson(join(dir, "deno.json"));
  return { folder, dir, name, version, exports, optionalPeers: OPTIONAL_PEERS[folder] };
}

/** Whether there is nothing in the package yet. */
export function isPlaceholder({ dir }: SourcePackage): boolean {
  const index = join(dir, "src", "index.ts");
  return !existsSync(index) || readFileSync(index, "utf8").trim() === "export {};";
}

/** The versions that the workspace uses: of npm packages, and of its own. */
export function readVersions(): ReadonlyMap<string, string> {
  const imports: Record<string, string> = readJson(join(ROOT, "deno.json")).imports;
  const versions = new Map<string, string>();
  for (const [name, target] of Object.entries(imports)) {
    const version = /^npm:@?[^@]+@(.+)$/.exec(target)?.[1];
    if (version !== undefined) versions.set(name, version);
  }
  for (const folder of PACKAGE_FOLDERS) {
    const { name, version } = readPackage(folder);
    versions.set(name, version);
  }
  return versions;
}

/** Where imports of the workspace's own packages lead to: specifier to source file. */
export function readWorkspacePaths(): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { name, dir, exports } of PACKAGE_FOLDERS.map(readPackage)) {
    for (const [entry, file] of Object.entries(exports)) {
      paths.set(entry === "." ? name : `${name}/${entry.slice(2)}`, join(dir, file));
    }
  }
  return paths;
}

// deno-lint-ignore no-explicit-any -- our own configuration files, of a shape that Deno checks
function readJson(path: string): any {
  return JSON.parse(readFileSync(path, "utf8"));
}
