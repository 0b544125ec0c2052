/**
 * Runs the benchmarks on servers of their own.
 *
 *     deno task bench [FILE | deno bench option]...
 *     deno task bench --record [FILE]...      # and writes the figures into docs/performance.md
 *
 * A file that is no `*_bench.ts` is a script that prints a table; what follows it are its arguments.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { testVariables } from "../tests/harness/environment.ts";
import { startTestServers } from "../tests/harness/servers.ts";
import { nameOf, recordFigures, recordTable } from "./_figures.ts";
import { onStop } from "./_on_stop.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

const code = await main(Deno.args);
Deno.exit(code);

async function main(args: readonly string[]): Promise<number> {
  await using servers = await startTestServers();
  const record = args.includes("--record");
  const told = args.filter((arg) => arg !== "--record");
  const script = told.find((arg) => /\.ts$/.test(arg) && !/_bench\.ts$/.test(arg));
  const bench = new Deno.Command(Deno.execPath(), {
    args: script === undefined
      ? ["bench", "--allow-all", ...(record ? ["--json"] : []), ...told]
      : ["run", "--allow-all", ...told, ...(record ? ["--record"] : [])],
    env: testVariables(servers),
    stdout: record ? "piped" : "inherit",
  }).spawn();
  // The servers end with this process in good order, so the benchmark ends first.
  using _stop = onStop((signal) => bench.kill(signal));
  if (!record) return (await bench.status).code;
  const output = await new Response(bench.stdout).text();
  const { code } = await bench.status;
  if (code === 0) {
    const page = await Deno.readTextFile(PAGE);
    const recorded = script === undefined
      ? recordFigures(page, JSON.parse(output.slice(output.indexOf("{"))))
      : recordTable(page, { name: nameOf(script), table: output.trim() });
    await Deno.writeTextFile(PAGE, recorded);
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", fileURLToPath(PAGE)] })
      .output();
  }
  return code;
}
