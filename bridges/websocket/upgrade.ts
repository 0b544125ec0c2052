/**
 * Decides whether a request may become a WebSocket.
 *
 * @module
 */
import { CallError, toWireError } from "@alkdev/operations";
import type { Admission, Caller, Soon } from "../ports.ts";

/** The name of the protocol; a client that names none speaks it as well. */
export const SUBPROTOCOL = "alknet.call.v1";

/** Somebody may come in, or the answer that says why not. */
export type Upgrade =
  | { readonly caller: Caller; readonly protocol?: typeof SUBPROTOCOL }
  | { readonly refusal: Response };

/** Who may upgrade. */
export interface UpgradePolicy {
  readonly admission: Pick<Admission, "resolve" | "redeemTicket">;
  /** Origins of pages that may connect; programs that send none may. */
  readonly allowedOrigins: readonly string[];
}

/** Longest credential that is looked at. */
const MAX_CREDENTIAL = 4096;
const RETRY_AFTER_S = 1;

/** Decides about one request from `source`, without upgrading it. */
export async function judgeUpgrade(
  request: Request,
  { source, ...policy }: UpgradePolicy & { readonly source: string },
): Promise<Upgrade> {
  const { headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return refuse(426, "INVALID_INPUT", "Connect with a WebSocket", { upgrade: "websocket" });
  }
  const origin = headers.get("origin");
  if (origin !== null && !policy.allowedOrigins.includes(origin)) {
    return refuse(403, "FORBIDDEN", "Pages of this origin may not connect");
  }
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => name !== "");
  if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) {
    return refuse(400, "INVALID_INPUT", `Offer the sub-protocol ${SUBPROTOCOL}, or none`);
  }
  const caller = await identify(request, { ...policy, source });
  if (caller !== null && "refusal" in caller) return caller;
  if (caller === null) {
    const challenge = { "www-authenticate": "Bearer" };
    return refuse(401, "FORBIDDEN", "authentication required", challenge);
  }
  return offered.length > 0 ? { caller, protocol: SUBPROTOCOL } : { caller };
}

/** Long-lived tokens are taken from the header alone: addresses end up in logs. */
async function identify(
  { headers, url }: Request,
  { admission, source }: Pick<UpgradePolicy, "admission"> & { readonly source: string },
): Promise<Caller | { readonly refusal: Response } | null> {
  const token = /^bearer +([^ ]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token !== undefined) {
    if (token.length > MAX_CREDENTIAL) return null;
    return await told(() => admission.resolve(token, source));
  }
  const ticket = new URL(url).searchParams.get("ticket");
  if (ticket === null || ticket.length > MAX_CREDENTIAL) return null;
  return await told(() => admission.redeemTicket(ticket, headers.get("origin")));
}

/** Whoever cannot be looked up now may come again. */
async function told<T>(ask: () => Soon<T>): Promise<T | { readonly refusal: Response }> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { code, message, retryable } = toWireError(error);
    const headers = { "retry-after": String(RETRY_AFTER_S) };
    const status = code === "RATE_LIMITED" ? 429 : 503;
    return { refusal: Response.json({ code, message, retryable }, { status, headers }) };
  }
}

function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): { readonly refusal: Response } {
  const body = { code, message, retryable: false };
  return { refusal: Response.json(body, { status, headers }) };
}
