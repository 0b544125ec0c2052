/**
 * What pages of other origins may send and read.
 *
 * @module
 */
import type { Answer } from "../http/answer.ts";

const SENT = [
  ...["authorization", "content-type", "traceparent", "tracestate"],
  ...["mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name"],
];
const SEEN = ["x-request-id", "retry-after", "traceparent", "www-authenticate", "mcp-session-id"];

/** The headers of all answers, where the page that asks is of another origin. */
export function corsHeaders(
  edge: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const exposed = "access-control-expose-headers";
  return Object.hasOwn(edge, exposed) ? { ...edge, [exposed]: SEEN.join(", ") } : edge;
}

/** What a browser is told that asks before it sends a message. */
export function preflight(): Answer {
  return {
    status: 204,
    body: null,
    headers: {
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": SENT.join(", "),
      "access-control-max-age": "600",
    },
  };
}
