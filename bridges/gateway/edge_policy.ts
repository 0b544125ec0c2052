/**
 * Which hosts a request may name and which pages may send one.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { HeaderSource } from "./head.ts";
import { Refusal } from "./refusal.ts";
import { authorityOf } from "./sound_host.ts";

/** Who may reach the gateway by way of a browser. */
export interface EdgePolicy {
  /**
   * Host names under which this hub is reached, besides `localhost` and addresses. A page whose own
   * name was made to lead here names itself. `*` for all.
   */
  readonly allowedHosts: readonly string[];
  /** Origins of pages, besides the hub's own, that may send requests and read the answers. */
  readonly allowedOrigins: readonly string[];
}

/** An address, or a name of this machine alone; perhaps with the dot at the end, and with a port. */
const LOCAL =
  /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:.]+\]|(?:[a-z0-9-]+\.)*localhost)\.?(?::[0-9]*)?$/i;
const SEEN_HEADERS = ["x-request-id", "retry-after", "traceparent", "www-authenticate"];
const SENT_HEADERS = ["authorization", "content-type", "traceparent", "tracestate"];
const PREFLIGHT_AGE_S = "600";

/**
 * Looks at where a request is sent to, and from where.
 *
 * @returns the headers that let the page read the answer; none for a request of no other page.
 * @throws {Refusal} 403.
 */
export function checkEdge(
  { url, headers }: { readonly url: string; readonly headers: HeaderSource },
  { allowedHosts, allowedOrigins, seen = [] }: EdgePolicy & {
    /** Headers of answers that pages may read besides those of all gateways. */
    readonly seen?: readonly string[];
  },
): Readonly<Record<string, string>> {
  const authority = authorityOf(url), host = headers.get("host") ?? authority;
  // A request in absolute form names its host twice.
  for (const named of host === authority ? [host] : [host, authority]) {
    if (!isOwnHost(named, allowedHosts)) {
      throw new Refusal(403, { code: "FORBIDDEN", message: "this is not a host of this hub" });
    }
  }
  const origin = headers.get("origin");
  if (origin === null || isSameHost(origin, host)) return {};
  if (allowedOrigins.includes(origin)) {
    return {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": [...SEEN_HEADERS, ...seen].join(", "),
      vary: "Origin",
    };
  }
  throw new Refusal(403, { code: "FORBIDDEN", message: "pages of this origin may not call" });
}

/** What a browser is told that asks before it sends a request. */
export function preflight(
  { methods, sent }: {
    readonly methods: readonly string[];
    /** Headers that pages may send besides those of all gateways. */
    readonly sent: readonly string[];
  },
): Answer {
  return {
    status: 204,
    body: null,
    headers: {
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers": [...SENT_HEADERS, ...sent].join(", "),
      "access-control-max-age": PREFLIGHT_AGE_S,
    },
  };
}

function isOwnHost(authority: string, allowedHosts: readonly string[]): boolean {
  if (LOCAL.test(authority) || allowedHosts.includes("*")) return true;
  return allowedHosts.includes(
    authority.toLowerCase().replace(/:[0-9]*$/, "").replace(/\.$/, ""),
  );
}

function isSameHost(origin: string, host: string): boolean {
  const page = URL.parse(origin);
  return page !== null && page.host !== "" &&
    page.host === URL.parse(`${page.protocol}//${host}`)?.host;
}
