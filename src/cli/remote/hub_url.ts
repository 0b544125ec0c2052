/**
 * Where a hub answers.
 *
 * @module
 */

/** Paths under which the call protocol is spoken: who pastes a spoke's address means the hub. */
const SOCKET_PATH = /\/(?:ws|alknet\/call)$/;
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["ws:", "http:"],
  ["wss:", "https:"],
]);

/**
 * The address of a hub, spelled in one way.
 *
 * @throws {Error} for what is none.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { parseHubUrl } from "./hub_url.ts";
 *
 * strictEqual(parseHubUrl("wss://hub.example/ws"), "https://hub.example");
 * strictEqual(parseHubUrl("localhost:4200/"), "http://localhost:4200");
 * ```
 */
export function parseHubUrl(text: string): string {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `${isHere(text) ? "http" : "https"}://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const scheme = SCHEMES.get(url?.protocol ?? "");
  if (url === undefined || scheme === undefined || url.hostname === "") {
    throw new Error(`Cannot use ${JSON.stringify(text)}: expected an address like ${EXAMPLE}`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new Error(`Cannot use an address with more than host, port and path, such as ${EXAMPLE}`);
  }
  const path = url.pathname.replace(/\/+$/, "").replace(SOCKET_PATH, "");
  return `${scheme}//${url.host}${path}`;
}

const EXAMPLE = "https://hub.example";

/** Whether what is sent there can be read on its way: it leaves this machine, and is not encrypted. */
export function isClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isLoopback(hostname);
}

/** @throws {Error} for an address to which no secret should be sent, unless that is allowed. */
export function refuseClear(url: string, { allowHttp = false }: { readonly allowHttp?: boolean }) {
  if (allowHttp || !isClear(url)) return;
  throw new Error(
    `Cannot send a key to ${url}: anybody on the way could read it. Use https:, or add ` +
      "--allow-http where the network is your own.",
  );
}

/** Whether an address without a scheme is of this machine. */
function isHere(text: string): boolean {
  const host = /^(\[[^\]]*\]|[^/:]*)/.exec(text)?.[1] ?? "";
  return isLoopback(host);
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.[0-9]+){3}|\[::1\])$/i.test(host);
}
