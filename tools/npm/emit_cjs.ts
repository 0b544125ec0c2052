import { build, type Plugin } from "esbuild";
import { join, relative } from "node:path";
import type { Emitted } from "./emit_esm.ts";
import type { SourcePackage } from "./packages.ts";

/** Compiles source files one by one to CommonJS, so that they share modules as ESM ones do. */
export async function emitCjs(
  { dir }: SourcePackage,
  sources: readonly string[],
): Promise<Emitted[]> {
  const src = join(dir, "src");
  const { outputFiles } = await build({
    entryPoints: [...sources],
    outdir: src,
    outbase: src,
    outExtension: { ".js": ".cjs" },
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node18",
    logLevel: "silent",
    plugins: [keepImports],
  });
  return outputFiles.map(({ path, text }) => ({ path: relative(src, path), text }));
}

/** The declarations of CommonJS modules: those of ESM, by other names. */
export function cjsDeclarations(files: readonly Emitted[]): Emitted[] {
  return files.filter(({ path }) => path.endsWith(".d.ts")).map(({ path, text }) => ({
    path: path.replace(/\.d\.ts$/, ".d.cts"),
    text: text.replace(/(["']\.{1,2}\/[^"']+)\.js(["'])/g, "$1.cjs$2"),
  }));
}

/** Nothing is bundled: each import stays an import of the emitted file. */
const keepImports: Plugin = {
  name: "keep-imports",
  setup({ onResolve }) {
    onResolve(
      { filter: /.*/ },
      ({ kind, path }) =>
        kind === "entry-point"
          ? undefined
          : { external: true, path: path.startsWith(".") ? path.replace(/\.tsx?$/, ".cjs") : path },
    );
  },
};
