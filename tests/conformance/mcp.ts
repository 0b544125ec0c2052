/**
 * Runs the official conformance suite against the MCP bridge, for each revision that it serves. Not part of
 * the tests: the suite is an early release, and most of it asks for tools, resources and prompts of
 * its own, which a hub does not have; those are listed beside this file, with why.
 *
 *     deno task conformance
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { startNode } from "../../actors/runtime/_nodes_testing.ts";
import { serving } from "../../bridges/mcp/_serving_testing.ts";
import { createMcpTaskKind } from "../../src/mcp/task_kind.ts";
import { createTasks } from "../../src/mcp/tasks.ts";
import { testVariables } from "../harness/environment.ts";
import { startTestServers } from "../harness/servers.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12";

await using servers = await startTestServers();
for (const [name, value] of Object.entries(testVariables(servers))) Deno.env.set(name, value);
await using node = await startNode("conformance", { kinds: [createMcpTaskKind()] });
const { bus, host, membership } = node;
const tasks = { book: createTasks({ host, bus, membership, ttlMs: 60_000 }), afterMs: 1_000 };

let failures = 0;
for (const revision of ["2026-07-28", "2025-11-25"]) {
  // The suite shows no credentials.
  await using hub = serving({ tasks, strangers: "serve", anonymousLimiter: () => undefined });
  const expected = fileURLToPath(new URL(`mcp_${revision}.yml`, import.meta.url));
  const results = await Deno.makeTempDir({ prefix: "conformance-" });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-config", "--allow-all", SUITE, "server", "--url", hub.url],
      ...["--requirements", revision, "--expected-failures", expected, "--output-dir", results],
    ],
    // Without a configuration of ours the suite's packages are not installed into this project.
    cwd: results,
  }).spawn().status;
  await Deno.remove(results, { recursive: true });
  failures += code === 0 ? 0 : 1;
}
Deno.exitCode = failures === 0 ? 0 : 1;
