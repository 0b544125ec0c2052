/**
 * Worker registration: one HTTP request by which a worker that holds a one-time token becomes a peer.
 *
 * @module
 */
import type { Enrolments } from "../ports.ts";

/** Where workers register. */
export const REGISTRATION_PATH = "/v1/workers/register";

/** What the bridge needs. */
export interface RegistrationBridgeOptions {
  readonly enrolments: Enrolments;
  /** Where workers connect, as they reach it; by the address of their request if it is not given. */
  readonly hubUrl?: string;
}

/** Answers registrations. */
export interface RegistrationBridge {
  handle(request: Request, source: string): Promise<Response>;
}

/** All fields at their longest fit in well. */
const MAX_BODY_BYTES = 16 * 1024;

/** Creates the bridge. */
export function createRegistrationBridge(
  { enrolments, hubUrl }: RegistrationBridgeOptions,
): RegistrationBridge {
  return {
    async handle(request, source) {
      if (request.method !== "POST") {
        return refuse(405, { code: "INVALID_INPUT", message: "POST is expected" }, {
          allow: "POST",
        });
      }
      const body = await readJson(request);
      if (body === undefined) {
        return refuse(400, { code: "INVALID_INPUT", message: "a small JSON object is expected" });
      }
      const { status, answer, retryAfterS } = await enrolments.enrol(body, source);
      const headers = retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
      if (status !== 201) return Response.json(answer, { status, headers });
      const hub_url = hubUrl ?? socketUrl(request.url);
      return Response.json({ ...answer, hub_url }, {
        status,
        headers: { "cache-control": "no-store" },
      });
    },
  };
}

function refuse(
  status: number,
  error: { readonly code: string; readonly message: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json({ ...error, retryable: false }, { status, headers });
}

/** What was sent, as long as it is small. */
async function readJson(request: Request): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(await new Blob(parts.map((part) => new Uint8Array(part))).text());
  } catch {
    return undefined; // JSON has no undefined, so this says it all.
  }
}

function socketUrl(requestUrl: string): string {
  const url = new URL("/ws", requestUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
