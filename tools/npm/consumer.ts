import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT, type SourcePackage } from "./packages.ts";

/** Why packages cannot be tried as npm packages here, if so. */
export function missingTools(): string | undefined {
  for (const tool of ["node", "npm"]) {
    try {
      execFileSync(tool, ["--version"], { stdio: "pipe" });
    } catch {
      return `there is no ${tool} on this machine`;
    }
  }
  return undefined;
}

/** Packs the built packages and installs all of them, together, in the project at `dir`. */
export function installPacked(dir: string, built: readonly string[]): void {
  writeFileSync(join(dir, "package.json"), JSON.stringify({ private: true }));
  const packed = built.map((target) => {
    const name = npm(["pack", "--silent", "--pack-destination", dir], target).trim();
    return join(dir, name);
  });
  npm(["install", "--silent", "--prefer-offline", "--no-audit", "--no-fund", ...packed], dir);
}

/** Lets the project at `dir` see the optional peers of a package. */
export function linkPeers(dir: string, { optionalPeers }: SourcePackage): void {
  for (const name of Object.keys(optionalPeers)) {
    const link = join(dir, "node_modules", name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
}

/** Entry points of a package, as users spell them. */
export function specifiers({ name, exports }: SourcePackage): string[] {
  return Object.keys(exports).map((entry) => entry === "." ? name : `${name}/${entry.slice(2)}`);
}

/** Names that each entry point exports, by what Node says; they must agree between module kinds. */
export function importEverywhere(dir: string, source: SourcePackage): Record<string, string[]> {
  const script = `
    import { deepStrictEqual } from "node:assert/strict";
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    const names = {};
    for (const specifier of ${JSON.stringify(specifiers(source))}) {
      const esm = Object.keys(await import(specifier)).sort();
      const cjs = Object.keys(require(specifier)).sort();
      deepStrictEqual(cjs, esm, specifier);
      names[specifier] = esm;
    }
    console.log(JSON.stringify(names));
  `;
  const args = ["--input-type=module", "--eval", script];
  return JSON.parse(execFileSync("node", args, { cwd: dir, encoding: "utf8" }));
}

/** Runs the first example of a package's README as the project at `dir` would. */
export function runReadme(dir: string, { name }: SourcePackage): void {
  const readme = readFileSync(join(dir, "node_modules", name, "README.md"), "utf8");
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1];
  if (example === undefined) throw new Error(`Cannot run the README of ${name}: it has no example`);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(example, { compilerOptions });
  execFileSync("node", ["--input-type=module", "--eval", outputText], { cwd: dir, stdio: "pipe" });
}

/** Pages and licenses that a package lacks, seen from the project at `dir`. */
export function missingPages(dir: string, { name }: SourcePackage): string[] {
  const pages = ["README.md", "GUIDE.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT"];
  return pages.filter((page) => !existsSync(join(dir, "node_modules", name, page)));
}

/** What the compiler has to say against the declarations of a package, to users of both kinds. */
export function typeErrors(dir: string, source: SourcePackage): string[] {
  const imports = specifiers(source).map((specifier, index) =>
    `import * as entry${index} from "${specifier}";\nexport { entry${index} };\n`
  );
  const consumers = [".mts", ".cts"].map((extension) => {
    const path = join(dir, `consumer-${source.folder}${extension}`);
    writeFileSync(path, imports.join(""));
    return path;
  });
  const program = ts.createProgram(consumers, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    noEmit: true,
    types: [],
  });
  const own = join("node_modules", ...source.name.split("/"));
  return program.getSourceFiles()
    .filter(({ fileName }) => consumers.includes(fileName) || fileName.includes(own))
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .map(({ file, messageText }) =>
      `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
    );
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
