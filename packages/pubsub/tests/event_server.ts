import {
  createWebSocketServerEventTarget,
  type WebSocketServerEventTarget,
  type WebSocketServerEventTargetOptions,
} from "../src/event-target-websocket-server.ts";
import type { TypedEvent } from "../src/types.ts";

/** A server on a port of this machine whose WebSockets feed one event target. */
export interface EventServer extends AsyncDisposable {
  readonly target: WebSocketServerEventTarget<TypedEvent>;
  readonly port: number;
  readonly url: string;
}

/** Starts a server; `port` 0 is any. */
export function startEventServer(
  options: WebSocketServerEventTargetOptions & { port?: number } = {},
): EventServer {
  const target = createWebSocketServerEventTarget<TypedEvent>(options);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port ?? 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      target.addConnection(socket, new URL(request.url).searchParams.get("name"));
      return response;
    },
  );
  const { port } = server.addr;
  return {
    target,
    port,
    url: `ws://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      target.close();
      await server.shutdown();
    },
  };
}
