/**
 * Runs the benchmarks on servers of their own.
 *
 *     deno task bench [FILE | deno bench option]...
 *     deno task bench --record [FILE]...      # and writes the figures into docs/performance.md
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { testVariables } from "../tests/harness/environment.ts";
import { startTestServers } from "../tests/harness/servers.ts";
import { type BenchReport, recordFigures } from "./_figures.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

const code = await main(Deno.args);
Deno.exit(code);

async function main(args: readonly string[]): Promise<number> {
  await using servers = await startTestServers();
  const record = args.includes("--record");
  const options = record ? ["--json", ...args.filter((arg) => arg !== "--record")] : args;
  const bench = new Deno.Command(Deno.execPath(), {
    args: ["bench", "--allow-all", ...options],
    env: testVariables(servers),
    stdout: record ? "piped" : "inherit",
  }).spawn();
  if (!record) return (await bench.status).code;
  const output = await new Response(bench.stdout).text();
  const { code } = await bench.status;
  if (code === 0) {
    const report: BenchReport = JSON.parse(output.slice(output.indexOf("{")));
    await Deno.writeTextFile(PAGE, recordFigures(await Deno.readTextFile(PAGE), report));
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", fileURLToPath(PAGE)] })
      .output();
  }
  return code;
}
