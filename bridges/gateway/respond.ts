/**
 * Makes responses of answers.
 *
 * @module
 */
import type { Answer } from "./answer.ts";

/** Below it, compressing costs more than it saves. */
const LARGE = 16 * 1024;
const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?:1(?:\.0*)?|0\.0*[1-9][0-9]*)\s*)?(?:,|$)/i;

const COMMON = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** The response to a request, with headers that concern the request beside those of the answer. */
export function respond(
  { status, body, headers }: Answer,
  { asked, extra }: {
    /** Headers of the request, where a large answer may be compressed if they say so. */
    readonly asked?: Headers;
    readonly extra: Readonly<Record<string, string>>;
  },
): Response {
  const all: Record<string, string> = { ...COMMON, ...extra, ...headers };
  // The length of a text is near enough to that of its bytes.
  const isLarge = typeof body === "string" && body.length >= LARGE;
  if (!isLarge || !GZIP.test(asked?.get("accept-encoding") ?? "")) {
    return new Response(body, { status, headers: all });
  }
  all["content-encoding"] = "gzip";
  all.vary = all.vary === undefined ? "Accept-Encoding" : `${all.vary}, Accept-Encoding`;
  const packed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(packed, { status, headers: all });
}

/** What is answered where nothing is: as by any web server. */
export function notFound(): Response {
  const headers = { "content-type": "text/plain; charset=UTF-8" };
  return new Response("Not Found", { status: 404, headers });
}
