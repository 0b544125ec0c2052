import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Context, createContext, runInContext } from "node:vm";

type Factory = (
  require: (specifier: string) => unknown,
  module: { exports: Record<string, unknown> },
) => void;

/**
 * Runs `script` in an engine that has what ECMAScript has and nothing else: no timers, events or
 * encoders. The CommonJS module at `path` is its variable `library`.
 *
 * @throws {Error} when the module needs a module outside of its package.
 */
export function runInBareEngine(path: string, script: string): unknown {
  const engine = createContext({});
  Object.assign(engine, { library: load(path, engine) });
  return runInContext(script, engine);
}

function load(path: string, engine: Context): Record<string, unknown> {
  const loaded = new Map<string, Record<string, unknown>>();
  const require = (file: string): Record<string, unknown> => {
    const known = loaded.get(file);
    if (known !== undefined) return known;
    const module = { exports: {} };
    loaded.set(file, module.exports);
    const code = `(function (require, module, exports) {${readFileSync(file, "utf8")}\n})`;
    const run: Factory = runInContext(code, engine, { filename: file });
    run((specifier) => {
      if (!specifier.startsWith(".")) throw new Error(`Cannot load ${specifier}: not in here`);
      return require(join(dirname(file), specifier));
    }, module);
    loaded.set(file, module.exports);
    return module.exports;
  };
  return require(path);
}
