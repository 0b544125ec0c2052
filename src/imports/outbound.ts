/**
 * Requests to services outside: to the addresses that are meant, and with answers that have bounds.
 *
 * A name is resolved here and its addresses are judged before anything is sent. Over plain HTTP the
 * request then goes to the very address that was judged; over TLS whoever answers has to prove that
 * it has the name, so that a name that leads elsewhere a moment later leads nowhere.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { followWithinOrigin } from "@alkdev/operations/from-openapi";
import { addressKind } from "./address_kind.ts";
import { boundedResponse } from "./bounded_response.ts";
import { withoutQueries } from "./without_queries.ts";

/** What is asked of the network, and within which bounds. */
export interface OutboundOptions {
  /** Whether addresses of private networks and of this machine may be asked. */
  readonly allowPrivate: boolean;
  /** Most bytes of an answer, and of one event of a stream of them. */
  readonly maxResponseBytes: number;
  /** How long the headers of an answer may take. */
  readonly headersTimeoutMs: number;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Requests of one import. Its connections are kept, and its requests answered, until it is disposed of. */
export interface Outbound extends Disposable {
  /** As the platform's, but for where it goes: a redirect leads to the same origin or nowhere. */
  readonly fetch: typeof globalThis.fetch;
}

/** A request that is not sent. Its message is for operators. */
export class OutboundRefused extends Error {
  override readonly name = "OutboundRefused";
}

/** How long an address is taken for that of its name. */
const RESOLVED_MS = 10_000;
const MAX_RESOLVED = 64;

interface Resolved {
  readonly address: string;
  readonly until: number;
}

/** Opens the way out for one import. */
export function openOutbound(options: OutboundOptions): Outbound {
  const client = Deno.createHttpClient({ allowHost: true, poolMaxIdlePerHost: 16 });
  const resolved = new Map<string, Resolved>();
  const closing = new AbortController();

  async function addressOf({ hostname }: URL): Promise<string> {
    const known = resolved.get(hostname);
    if (known !== undefined && known.until > performance.now()) return known.address;
    const address = await judged(hostname, options);
    if (resolved.size >= MAX_RESOLVED) resolved.clear();
    resolved.set(hostname, { address, until: performance.now() + RESOLVED_MS });
    return address;
  }

  async function send(url: URL, init: RequestInit): Promise<Response> {
    const address = await addressOf(url);
    const headers = new Headers(init.headers);
    const target = new URL(url);
    if (url.protocol === "http:") {
      target.hostname = address.includes(":") ? `[${address}]` : address;
      headers.set("host", url.host);
    }
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new DOMException("The service did not answer in time", "TimeoutError")),
      options.headersTimeoutMs,
    );
    const signals = [closing.signal, timeout.signal, ...(init.signal ? [init.signal] : [])];
    const signal = AbortSignal.any(signals);
    try {
      const response = await fetch(target, {
        ...{ ...init, headers, signal, client, redirect: "manual" },
      });
      return boundedResponse(response, { ...options, signal });
    } catch (error) {
      throw error instanceof TypeError ? told(error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function ask(url: URL, init: RequestInit): Promise<Response> {
    if (init.redirect === "manual") return await send(url, init);
    const { method = "GET" } = init;
    return await followWithinOrigin(url, { method, send: (url) => send(url, init) });
  }

  return {
    fetch: (input, init = {}) => ask(new URL(input instanceof Request ? input.url : input), init),
    [Symbol.dispose]() {
      closing.abort();
      client.close();
    },
  };
}

/** An address of a host at which it may be asked. */
async function judged(
  hostname: string,
  { allowPrivate, resolve = resolveHost }: OutboundOptions,
): Promise<string> {
  const addresses = await resolve(hostname.replace(/^\[|\]$/g, ""));
  for (const address of addresses) {
    const kind = addressKind(address);
    if (kind === "never") {
      throw new OutboundRefused(`${hostname} is at ${address}, where no service is asked`);
    }
    if (kind === "private" && !allowPrivate) {
      const message = `${hostname} is at ${address}, a private address: allowPrivate permits that`;
      throw new OutboundRefused(message);
    }
  }
  const [first] = addresses;
  if (first === undefined) throw new TypeError(`${hostname} has no address`);
  return first;
}

/** The same failure: the platform's tells the whole address, and a query may hold a secret. */
function told({ message, cause }: TypeError): TypeError {
  const reason = cause instanceof Error ? new Error(withoutQueries(cause.message)) : undefined;
  return new TypeError(withoutQueries(message), reason && { cause: reason });
}

async function resolveHost(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (cause) {
    // As `fetch` says that it cannot send something.
    throw new TypeError(`${host} has no address that can be found`, { cause });
  }
}
