import { build, type Plugin } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readWorkspacePaths, ROOT, type SourcePackage } from "./packages.ts";
import { portableTests } from "./source_modules.ts";

/**
 * Runs the tests of a package that do without Deno's own functions under Node, and says whether
 * all passed.
 *
 * @throws {Error} when there are none.
 */
export async function testInNode(source: SourcePackage): Promise<boolean> {
  // Inside the repository, so that Node finds the packages that tests import.
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const dir = mkdtempSync(join(ROOT, "dist", "node-tests-"));
  try {
    const bundle = join(dir, `${source.folder}.mjs`);
    await bundleTests(source, bundle);
    const args = ["--enable-source-maps", "--test", "--test-reporter=spec", bundle];
    return spawnSync("node", args, { stdio: "inherit" }).status === 0;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function bundleTests({ name, dir }: SourcePackage, outfile: string): Promise<void> {
  const tests = portableTests(dir);
  if (tests.length === 0) throw new Error(`Cannot test ${name}: it has no tests that Node can run`);
  await build({
    stdin: {
      contents: tests.map((file) => `import ${JSON.stringify(file)};`).join("\n"),
      resolveDir: ROOT,
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    jsx: "automatic",
    logLevel: "silent",
    define: { "Deno.test": "denoTest" },
    inject: [join(ROOT, "tools", "npm", "deno_test_shim.ts")],
    plugins: [workspaceSources, sourceLocations],
  });
}

/** Takes the workspace's packages from their sources, and leaves all others to Node. */
export const workspaceSources: Plugin = {
  name: "workspace-sources",
  setup({ onResolve }) {
    const paths = readWorkspacePaths();
    onResolve({ filter: /^[^./]/ }, ({ kind, path }) => {
      if (kind === "entry-point") return undefined;
      const source = paths.get(path);
      return source === undefined ? { external: true } : { path: source };
    });
  },
};

/** Lets tests find what lies beside their source, although they run from elsewhere. */
const sourceLocations: Plugin = {
  name: "source-locations",
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!text.includes("import.meta.")) return undefined;
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
        .replaceAll("import.meta.filename", JSON.stringify(path));
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};
