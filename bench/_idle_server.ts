/**
 * The server of `idle_spokes.ts`: `_idle_server.ts bare|node`. Prints its address, and what memory it
 * has whenever it hears a line.
 *
 * @module
 */
import { startRoutingNode } from "../src/routing/_nodes_testing.ts";

/** What memory a server has, with so many connections. */
export interface IdleReport {
  readonly connections: number;
  readonly rss: number;
  readonly heap: number;
}

interface Server extends AsyncDisposable {
  readonly url: string;
  readonly size: () => number;
}

const IDLE_TIMEOUT_S = 40;

/** Sockets, and nothing but sockets. */
function startBare(): Server {
  let size = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_TIMEOUT_S });
    socket.onopen = () => size += 1;
    socket.onclose = () => size -= 1;
    return response;
  });
  return {
    url: `ws://127.0.0.1:${server.addr.port}/ws`,
    size: () => size,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function startNode(): Promise<Server> {
  const node = await startRoutingNode({ natsUrl: Deno.env.get("HUB_TEST_NATS_URL") ?? "" });
  return {
    url: node.url,
    size: () => node.routing.local.size,
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

const collect: unknown = Reflect.get(globalThis, "gc");
if (typeof collect !== "function") throw new Error("Run it with --v8-flags=--expose-gc");
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));

const server = Deno.args[0] === "bare" ? startBare() : await startNode();
await say(server.url);
for await (const _line of Deno.stdin.readable) {
  Reflect.apply(collect, undefined, []);
  const { rss, heapUsed: heap } = Deno.memoryUsage();
  await say(JSON.stringify({ connections: server.size(), rss, heap } satisfies IdleReport));
}
Deno.exit();
