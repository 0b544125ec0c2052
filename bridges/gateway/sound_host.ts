/**
 * Whether a request says which host it means in words that can mean nothing else.
 *
 * @module
 */

/** A name or an address, perhaps with a port: no user before it, and no path after it. */
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?$/i;

/**
 * Looks at `Host` and at the address that was made of it. The runtime puts the two together as texts:
 * of `Host: x/healthz?` it makes an address whose path is another than the one that was asked for.
 */
export function isSoundHost({ url, headers }: Pick<Request, "url" | "headers">): boolean {
  const authority = authorityOf(url), host = headers.get("host");
  if (!isHost(authority)) return false;
  // Without one, the address is that of the listener.
  return host === authority || host === null || host === "" || isHost(host);
}

/** The last one that was found sound: nearly all requests name the same. */
let known: string | undefined;

function isHost(text: string): boolean {
  if (text === known) return true;
  // Ports and addresses with too large a number look like any others, and are part of no address.
  if (!HOST.test(text) || !URL.canParse(`http://${text}`)) return false;
  known = text;
  return true;
}

/** `host:port` of an absolute address. */
export function authorityOf(url: string): string {
  const start = url.indexOf("//") + 2, end = url.indexOf("/", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}
