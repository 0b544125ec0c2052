import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cjsDeclarations, emitCjs } from "./emit_cjs.ts";
import { emitEsm } from "./emit_esm.ts";
import { createManifest } from "./manifest.ts";
import { readVersions, ROOT, type SourcePackage } from "./packages.ts";
import { readPages } from "./pages.ts";
import { publicModules } from "./source_modules.ts";

/** Builds the npm package of `source` in `<out>/<folder>`, anew, and gives back that path. */
export async function buildPackage(source: SourcePackage, out: string): Promise<string> {
  const target = join(out, source.folder);
  rmSync(target, { recursive: true, force: true });

  const esm = emitEsm(source, publicModules(source.dir));
  const files = [
    ...esm.files,
    ...await emitCjs(source, esm.sources),
    ...cjsDeclarations(esm.files),
  ];
  for (const { path, text } of files) write(join(target, "dist", path), text);

  const pages = readPages(source);
  const manifest = createManifest(source, {
    files,
    versions: readVersions(),
    description: firstSentence(pages["README.md"]),
  });
  write(join(target, "package.json"), JSON.stringify(manifest, undefined, 2) + "\n");
  for (const [path, text] of Object.entries(pages)) write(join(target, path), text);
  for (const license of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) {
    const path = join(ROOT, license);
    if (existsSync(path)) cpSync(path, join(target, license));
  }
  return target;
}

/** The first sentence after the title. */
function firstSentence(readme: string): string {
  const paragraph = readme.split(/\n{2,}/).find((part) => !part.startsWith("#")) ?? "";
  return (paragraph.replace(/\s+/g, " ").match(/^.*?\.(?= |$)/)?.[0] ?? paragraph).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
