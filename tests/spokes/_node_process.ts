/**
 * A node in a process of its own, to be killed: `_node_process.ts REALM PORT`. Prints its address.
 *
 * @module
 */
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";

const [realm = "", port = "0"] = Deno.args;
await using node = await startRoutingNode({ realm, port: Number(port), ttlMs: 3_000 });
await Deno.stdout.write(new TextEncoder().encode(`${node.url}\n`));
// For as long as whoever started it lives.
await Deno.stdin.readable.pipeTo(new WritableStream());
