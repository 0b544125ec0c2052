/**
 * Makes responses of answers.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { HeaderSource } from "./head.ts";

/** Below it, compressing costs more than it saves. */
const LARGE = 16 * 1024;
const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1(?:\.0*)?|0\.0*[1-9][0-9]*)\s*)?(?:,|$)/i;

/** The runtime has a short way for a response that says this alone; the rest is added to it. */
const JSON_TYPE = { "content-type": "application/json" };

/** The response to a request, with headers that concern the request beside those of the answer. */
export function respond(
  { status, body, headers }: Answer,
  { asked, extra }: {
    /** Headers of the request, where a large answer may be compressed if they say so. */
    readonly asked?: HeaderSource;
    readonly extra: Readonly<Record<string, string>>;
  },
): Response {
  // The length of a text is near enough to that of its bytes.
  const isLarge = typeof body === "string" && body.length >= LARGE;
  const packs = isLarge && GZIP.test(asked?.get("accept-encoding") ?? "");
  const response = new Response(packs ? packed(body) : body, { status, headers: JSON_TYPE });
  const all = response.headers;
  all.set("cache-control", "no-store");
  all.set("x-content-type-options", "nosniff");
  setAll(all, extra);
  if (headers !== undefined) setAll(all, headers);
  if (packs) {
    const vary = all.get("vary");
    all.set("content-encoding", "gzip");
    all.set("vary", vary === null ? "Accept-Encoding" : `${vary}, Accept-Encoding`);
  }
  return response;
}

function setAll(headers: Headers, values: Readonly<Record<string, string>>): void {
  for (const name in values) headers.set(name, values[name] ?? "");
}

function packed(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
}

/** What is answered where nothing is: as by any web server. */
export function notFound(): Response {
  const headers = { "content-type": "text/plain; charset=UTF-8" };
  return new Response("Not Found", { status: 404, headers });
}
