/**
 * Redirects, as far as they are followed.
 *
 * @module
 */

const MAX_REDIRECTS = 3;

/** Where an answer redirects to. */
export function redirectOf({ status, headers }: Response, url: URL): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status > 399 || location === null) return undefined;
  return URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
}

/**
 * Asks, and follows redirects within the origin: elsewhere a credential would be somebody else's to
 * see. Nothing but GET, for a body is not sent twice; whatever is not followed is the answer.
 */
export async function followWithinOrigin(
  first: URL,
  { method, send }: {
    readonly method: string;
    /** Asks without following anything. */
    readonly send: (url: URL) => Promise<Response>;
  },
): Promise<Response> {
  let url = first;
  for (let count = 0;; count++) {
    const response = await send(url);
    const next = redirectOf(response, url);
    const mayFollow = method.toUpperCase() === "GET" && count < MAX_REDIRECTS &&
      next?.origin === first.origin;
    if (next === undefined || !mayFollow) return response;
    await response.body?.cancel();
    url = next;
  }
}
