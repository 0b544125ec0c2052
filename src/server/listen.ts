/**
 * The one listener.
 *
 * @module
 */
import { Bag, type Bagged } from "../../bridges/gateway/mod.ts";
import { getLogger } from "../logger/mod.ts";

const log = getLogger("server");

/** What is answered to requests that are cut off, so that their callers ask another node. */
const SHUTTING_DOWN = { code: "INTERNAL", message: "This node is shutting down", retryable: true };
/** How long answers may take to get out, once the requests are cut off. */
const LAST_WORDS_MS = 250;

/** A listener that answers until it is disposed of. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The flag that chooses the port, for the message when it is taken. */
  readonly portFlag?: string;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** How long requests under way may take once the listener is being closed. */
  readonly drainMs: number;
}

/** A request that waits for its response. */
interface Unanswered extends Bagged {
  readonly resolve: (response: Response) => void;
}

/**
 * Listens for HTTP. Closing stops accepting and waits for what is under way, then answers what is
 * still unanswered with 503. A client that neither sends nor reads cannot hold it up any longer.
 *
 * @throws {Error} that says who has the address, and what to do.
 */
export function listen(options: ListenOptions): Listener {
  const { handler, drainMs } = options;
  const unanswered = new Bag<Unanswered>();
  const server = serve(options, (request, info) =>
    // A promise of its own for each request: one that all share would keep every response.
    new Promise<Response>((resolve, reject) => {
      const answer = Promise.resolve(handler(request, info));
      const waits: Unanswered = { place: -1, resolve };
      unanswered.add(waits);
      answer.then((response) => {
        unanswered.delete(waits);
        resolve(response);
      }, (error) => {
        unanswered.delete(waits);
        reject(error);
      });
    }));
  return {
    url: urlOf(server.addr),
    async [Symbol.asyncDispose]() {
      const closed = server.shutdown();
      if (await isWithin(closed, drainMs)) return;
      const count = unanswered.size;
      if (count > 0) log.warn("cut off requests that outlasted the drain", { drainMs, count });
      for (const { resolve } of unanswered) {
        resolve(Response.json(SHUTTING_DOWN, { status: 503 }));
      }
      // A connection that is still open is one whose client does not read, or never ends sending.
      await isWithin(closed, LAST_WORDS_MS);
    },
  };
}

async function isWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function serve(
  { host, port, portFlag = "--http-port" }: ListenOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
  } catch (cause) {
    const problem = listenProblem(cause, portFlag);
    throw new Error(`Cannot listen on ${host} port ${port}: ${problem}`, { cause });
  }
}

function listenProblem(cause: unknown, portFlag: string): string {
  if (cause instanceof Deno.errors.AddrInUse) {
    return `another program uses it. Stop that one, or choose with ${portFlag} (0: any free port).`;
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return `this machine has no such address. Choose another with ${
      portFlag.replace("port", "host")
    }.`;
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return `this user may not. Choose a port above 1023 with ${portFlag}.`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

function urlOf({ hostname, port }: Deno.NetAddr): string {
  const unspecified = hostname === "0.0.0.0" || hostname === "::";
  const host = unspecified ? "127.0.0.1" : hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}
