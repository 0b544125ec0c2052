/**
 * Decides whether a request may become a WebSocket.
 *
 * @module
 */
import type { Admission, Caller } from "../ports.ts";

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

/** Decides about one request, without upgrading it. */
export async function judgeUpgrade(request: Request, policy: UpgradePolicy): Promise<Upgrade> {
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
  const caller = await identify(request, policy.admission);
  if (caller === null) {
    const challenge = { "www-authenticate": "Bearer" };
    return refuse(401, "FORBIDDEN", "authentication required", challenge);
  }
  return offered.length > 0 ? { caller, protocol: SUBPROTOCOL } : { caller };
}

/** Long-lived tokens are taken from the header alone: addresses end up in logs. */
async function identify(
  { headers, url }: Request,
  admission: UpgradePolicy["admission"],
): Promise<Caller | null> {
  const token = /^bearer +([^ ]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token !== undefined) return token.length > MAX_CREDENTIAL ? null : admission.resolve(token);
  const ticket = new URL(url).searchParams.get("ticket");
  if (ticket === null || ticket.length > MAX_CREDENTIAL) return null;
  return await admission.redeemTicket(ticket, headers.get("origin"));
}

function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Upgrade {
  const body = { code, message, retryable: false };
  return { refusal: Response.json(body, { status, headers }) };
}
