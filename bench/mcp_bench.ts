/**
 * What `tools/call` costs over MCP, against the same JSON over a bare server, and against the official
 * server. Caller and server are processes of their own; the caller is written by hand and the same
 * for all. On the hub's way each call is identified, bounded, authorized, validated and routed.
 *
 * @module
 */
import { connectMcpCaller, type McpCaller } from "./_mcp_caller.ts";
import { startPeerOf } from "./_peers.ts";

const CALLERS = 32;
const CALLS_EACH = 50;
const TEXT = "x".repeat(100);

const connectAll = (address: string) =>
  Promise.all(Array.from({ length: CALLERS }, () => connectMcpCaller(address)));

const [spokeUrl = "", routing = ""] = (await startPeerOf("_mcp_peer.ts", "routing")).split(" ");
await startPeerOf("_call_peer.ts", "spoke", spokeUrl, "dev1");

interface Way {
  readonly operation: string;
  readonly callers: readonly McpCaller[];
  readonly floor?: true;
}

const ways: Readonly<Record<string, Way>> = {
  "bare server": {
    operation: "/test/echo",
    callers: await connectAll(await startPeerOf("_mcp_peer.ts", "floor")),
    floor: true,
  },
  "hub, its own operation": {
    operation: "/test/echo",
    callers: await connectAll(await startPeerOf("_mcp_peer.ts", "hub")),
  },
  "hub, spoke on the same node": {
    operation: "/dev1/test/echo",
    callers: await connectAll(routing),
  },
  "official server, one for each request": {
    operation: "/test/echo",
    callers: await connectAll(await startPeerOf("_mcp_peer.ts", "sdk")),
  },
};

// Until the node knows the spoke, calls to it are refused.
for (const { operation, callers: [first] } of Object.values(ways)) {
  while (!await first?.call(operation, TEXT).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const count of [1, CALLERS]) {
  const load = count === 1 ? "1 caller" : `${count} callers`;
  for (const [name, { operation, callers, floor = false }] of Object.entries(ways)) {
    Deno.bench({
      name: `${name}, ${load} × ${CALLS_EACH}`,
      group: `tools/call, ${load}`,
      baseline: floor,
      async fn() {
        await Promise.all(
          callers.slice(0, count).map(async (caller) => {
            for (let i = 0; i < CALLS_EACH; i++) await caller.call(operation, TEXT);
          }),
        );
      },
    });
  }
}
