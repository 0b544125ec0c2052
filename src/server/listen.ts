/**
 * The one listener.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";

const log = getLogger("server");

/** A listener that answers until it is disposed of. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** How long requests under way may take once the listener is being closed. */
  readonly drainMs: number;
}

/**
 * Listens for HTTP. Closing stops accepting, waits for what is under way, then answers what is
 * still unanswered with 503, so that its caller knows to ask another node.
 *
 * @throws {Error} that says who has the address, and what to do.
 */
export function listen({ host, port, handler, drainMs }: ListenOptions): Listener {
  const cut = Promise.withResolvers<void>();
  const cutOff = cut.promise.then(() => Response.json(SHUTTING_DOWN, { status: 503 }));
  const server = serve({
    host,
    port,
    handler: (request, info) =>
      Promise.race([handler(request, info), cutOff.then((r) => r.clone())]),
  });
  return {
    url: urlOf(server.addr),
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => {
        log.warn("cut off requests that outlasted the drain", { drainMs });
        cut.resolve();
      }, drainMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

const SHUTTING_DOWN = { code: "INTERNAL", message: "This node is shutting down", retryable: true };

function serve(
  { host, port, handler }: Omit<ListenOptions, "drainMs">,
): Deno.HttpServer<Deno.NetAddr> {
  const onListen = () => {};
  try {
    return Deno.serve({ hostname: host, port, onListen }, handler);
  } catch (cause) {
    throw new Error(`Cannot listen on ${host} port ${port}: ${listenProblem(cause)}`, { cause });
  }
}

function listenProblem(cause: unknown): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return "another program uses it. Stop that one, or choose with --http-port (0: any free port).";
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address. Choose another with --http-host.";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "this user may not. Choose a port above 1023 with --http-port.";
  }
  return cause instanceof Error ? cause.message : String(cause);
}

function urlOf({ hostname, port }: Deno.NetAddr): string {
  const unspecified = hostname === "0.0.0.0" || hostname === "::";
  const host = unspecified ? "127.0.0.1" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}
