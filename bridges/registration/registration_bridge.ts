/**
 * Worker registration: one HTTP request by which a worker that holds a one-time token becomes a peer,
 * and two by which it gets another session token with its key.
 *
 * @module
 */
import type { EnrolmentAnswer, Enrolments } from "../ports.ts";

/** Where workers register. */
export const REGISTRATION_PATH = "/v1/workers/register";
/** Where they get something to sign, and what they connect with for having signed it. */
const CHALLENGE_PATH = "/v1/workers/challenge", SESSION_PATH = "/v1/workers/session";
/** All that the bridge answers. */
export const REGISTRATION_PATHS = [REGISTRATION_PATH, CHALLENGE_PATH, SESSION_PATH] as const;

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
      const { status, answer, retryAfterS } = await judged(request.url, { body, source });
      const headers = {
        "cache-control": "no-store",
        ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
      };
      if (status !== 201) return Response.json(answer, { status, headers });
      const hub_url = hubUrl ?? socketUrl(request.url);
      return Response.json({ ...answer, hub_url }, { status, headers });
    },
  };

  function judged(
    url: string,
    { body, source }: { readonly body: unknown; readonly source: string },
  ): Promise<EnrolmentAnswer> {
    const { pathname } = new URL(url);
    if (pathname === CHALLENGE_PATH) return enrolments.challenge(source);
    if (pathname === SESSION_PATH) return enrolments.renew(body, source);
    return enrolments.enrol(body, source);
  }
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
