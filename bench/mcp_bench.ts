/**
 * What `tools/call` costs over MCP, against the same JSON over a bare server, and against the official
 * server. Caller and server are processes of their own; the caller is written by hand and the same
 * for all. On the hub's way each call is identified, bounded, authorized, validated and routed.
 *
 * @module
 */
import { connectMcpCaller, type McpCaller } from "./_mcp_caller.ts";

const CALLERS = 32;
const CALLS_EACH = 50;
const TEXT = "x".repeat(100);

const processes: Deno.ChildProcess[] = [];

/** Starts a process and resolves with the first line that it prints. */
async function start(script: string, ...args: string[]): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(script, import.meta.url).href, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  processes.push(child);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).trim();
}

addEventListener("unload", () => {
  for (const child of processes) void child.stdin.close();
});

const connectAll = (address: string) =>
  Promise.all(Array.from({ length: CALLERS }, () => connectMcpCaller(address)));

const [spokeUrl = "", routing = ""] = (await start("./_mcp_peer.ts", "routing")).split(" ");
await start("./_call_peer.ts", "spoke", spokeUrl, "dev1");

interface Way {
  readonly operation: string;
  readonly callers: readonly McpCaller[];
  readonly floor?: true;
}

const ways: Readonly<Record<string, Way>> = {
  "bare server": {
    operation: "/test/echo",
    callers: await connectAll(await start("./_mcp_peer.ts", "floor")),
    floor: true,
  },
  "hub, its own operation": {
    operation: "/test/echo",
    callers: await connectAll(await start("./_mcp_peer.ts", "hub")),
  },
  "hub, spoke on the same node": {
    operation: "/dev1/test/echo",
    callers: await connectAll(routing),
  },
  "official server, one for each request": {
    operation: "/test/echo",
    callers: await connectAll(await start("./_mcp_peer.ts", "sdk")),
  },
};

// Until the node knows the spoke, calls to it are refused.
for (const { operation, callers: [first] } of Object.values(ways)) {
  while (!await first?.call(operation, TEXT).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const [name, { operation, callers, floor = false }] of Object.entries(ways)) {
  Deno.bench({
    name: `${name}, 1 caller × ${CALLS_EACH}`,
    group: "tools/call, 1 caller",
    baseline: floor,
    async fn() {
      for (let i = 0; i < CALLS_EACH; i++) await callers[0]?.call(operation, TEXT);
    },
  });
}

for (const [name, { operation, callers, floor = false }] of Object.entries(ways)) {
  Deno.bench({
    name: `${name}, ${CALLERS} callers × ${CALLS_EACH}`,
    group: `tools/call, ${CALLERS} callers`,
    baseline: floor,
    async fn() {
      await Promise.all(callers.map(async (caller) => {
        for (let i = 0; i < CALLS_EACH; i++) await caller.call(operation, TEXT);
      }));
    },
  });
}
