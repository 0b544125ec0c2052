import { join, relative } from "node:path";
import ts from "typescript";
import { readWorkspacePaths, ROOT, type SourcePackage } from "./packages.ts";

/** One emitted file, its path relative to the package's `src`. */
export interface Emitted {
  readonly path: string;
  readonly text: string;
}

/** What one package turns into. */
export interface EsmOutput {
  /** ESM modules and their declarations. */
  readonly files: readonly Emitted[];
  /** Source files of the package that were emitted. */
  readonly sources: readonly string[];
}

/**
 * Compiles `modules`, and what they need of their own package, to ESM with declarations.
 *
 * @throws {Error} with all that the compiler has to say against it.
 */
export function emitEsm({ dir }: SourcePackage, modules: readonly string[]): EsmOutput {
  const program = ts.createProgram(modules, compilerOptions());
  const src = join(dir, "src");
  const own = program.getSourceFiles().filter((file) =>
    !file.isDeclarationFile && !relative(src, file.fileName).startsWith("..")
  );
  const files: Emitted[] = [];
  const problems: ts.Diagnostic[] = [];
  for (const file of own) {
    problems.push(
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    );
    const { diagnostics } = program.emit(file, (path, text) => {
      files.push({ path: relative(src, path), text: path.endsWith(".d.ts") ? toJs(text) : text });
    });
    problems.push(...diagnostics);
  }
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, formatHost));
  return { files, sources: own.map((file) => file.fileName) };
}

function compilerOptions(): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", ".deno", "node_modules", "@types")],
    paths: Object.fromEntries([...readWorkspacePaths()].map(([name, file]) => [name, [file]])),
    jsx: ts.JsxEmit.ReactJSX,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    strict: true,
    noImplicitOverride: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
  };
}

/** Relative imports of declarations keep their `.ts`, which users' compilers may refuse. */
function toJs(declaration: string): string {
  return declaration.replace(
    /((?:from|import)\s*\(?\s*["']\.{1,2}\/[^"']+)\.tsx?(["'])/g,
    "$1.js$2",
  );
}

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => "\n",
};
