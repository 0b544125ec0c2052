/**
 * Runs the benchmarks on servers of their own.
 *
 *     deno task bench [FILE | deno bench option]...
 *
 * @module
 */
import { testVariables } from "../tests/harness/environment.ts";
import { startTestServers } from "../tests/harness/servers.ts";

const code = await main(Deno.args);
Deno.exit(code);

async function main(args: readonly string[]): Promise<number> {
  await using servers = await startTestServers();
  const bench = new Deno.Command(Deno.execPath(), {
    args: ["bench", "--allow-all", ...args],
    env: testVariables(servers),
  }).spawn();
  return (await bench.status).code;
}
