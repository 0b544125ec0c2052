import { builtinModules } from "node:module";
import ts from "typescript";
import type { Emitted } from "./emit_esm.ts";
import type { SourcePackage } from "./packages.ts";

/** What a manifest is made of. */
export interface ManifestParts {
  /** All emitted modules and declarations. */
  readonly files: readonly Emitted[];
  /** Versions of what may be depended on. */
  readonly versions: ReadonlyMap<string, string>;
  readonly description: string;
}

/**
 * Writes a package's `package.json`.
 *
 * @throws {Error} when something is imported that the workspace has no version of.
 */
export function createManifest(
  { name, version, exports, optionalPeers }: SourcePackage,
  { files, versions, description }: ManifestParts,
): Record<string, unknown> {
  const dependencies: Record<string, string> = {};
  for (const dependency of [...importedPackages(files)].sort()) {
    if (dependency === name || dependency in optionalPeers) continue;
    const known = versions.get(dependency);
    if (known === undefined) throw new Error(`Cannot depend on ${dependency}: add it to deno.json`);
    dependencies[dependency] = `^${known}`;
  }
  const peers = Object.keys(optionalPeers);
  return {
    name,
    version,
    description,
    type: "module",
    license: "MIT OR Apache-2.0",
    engines: { node: ">=20" },
    sideEffects: false,
    // Of the licenses, npm takes only the one that is called just that by itself.
    files: ["dist", "GUIDE.md", "LICENSE-APACHE", "LICENSE-MIT"],
    main: "./dist/index.cjs",
    module: "./dist/index.js",
    types: "./dist/index.d.ts",
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([entry, file]) => [entry, conditions(file)]),
      ),
      "./package.json": "./package.json",
    },
    dependencies,
    ...peers.length === 0 ? {} : {
      peerDependencies: optionalPeers,
      peerDependenciesMeta: Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
    },
  };
}

function conditions(file: string): Record<string, unknown> {
  const base = file.replace(/^\.\/src\//, "./dist/").replace(/\.tsx?$/, "");
  return {
    import: { types: `${base}.d.ts`, default: `${base}.js` },
    require: { types: `${base}.d.cts`, default: `${base}.cjs` },
  };
}

/** Names of the packages that emitted files import, in code or in types. */
function importedPackages(files: readonly Emitted[]): Set<string> {
  const names = new Set<string>();
  for (const { path, text } of files) {
    if (!/\.(js|d\.ts)$/.test(path)) continue; // CommonJS imports the same
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      const name = /^(@[^/]+\/)?[^./][^/]*/.exec(fileName)?.[0];
      if (name === undefined || name.startsWith("node:") || builtinModules.includes(name)) continue;
      names.add(name);
    }
  }
  return names;
}
