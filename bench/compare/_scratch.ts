/**
 * Packages that are compared with, in a folder that is gone afterwards: the hub itself depends on none
 * of them.
 *
 * @module
 */
import { join } from "node:path";
import { onStop } from "../_on_stop.ts";

/** A folder with packages in it. */
export interface Scratch extends AsyncDisposable {
  readonly dir: string;
  /** A Node that runs them all. */
  readonly node: string;
  /** A folder of its own, for data. */
  folder(name: string): Promise<string>;
}

/** Some of them run on Node 22 or newer only, which need not be there. */
const NODE = "22.23.3";
const INSTALL_MS = 300_000;

/** Installs packages, `{ name: version }`, and a Node; nothing of them is run by that. */
export async function openScratch(packages: Readonly<Record<string, string>>): Promise<Scratch> {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "hub-compare-" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  stack.use(onStop(() => {
    Deno.removeSync(dir, { recursive: true });
    Deno.exit(1);
  }));
  const architecture = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  const dependencies = { ...packages, [`node-${Deno.build.os}-${architecture}`]: NODE };
  await Deno.writeTextFile(join(dir, "package.json"), JSON.stringify({ dependencies }));
  await Deno.writeTextFile(join(dir, "deno.json"), JSON.stringify({ nodeModulesDir: "auto" }));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: dir,
    signal: AbortSignal.timeout(INSTALL_MS),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const parts = stack.move();
  return {
    dir,
    node: join(dir, "node_modules/.bin/node"),
    async folder(name) {
      const path = join(dir, name);
      await Deno.mkdir(path);
      return path;
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
