/**
 * `POST /v1/ws-tickets`: a ticket with which a page opens a WebSocket.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "@alkdev/operations";
import { answerFailure, answerJson, type GatewayDispatch } from "../gateway/mod.ts";
import type { TicketIssuer } from "../ports.ts";
import type { Endpoint } from "./exchange.ts";

/** Answers with tickets. */
export function ticketEndpoint(
  { dispatch, tickets }: { readonly dispatch: GatewayDispatch; readonly tickets: TicketIssuer },
): Endpoint {
  return async ({ head, caller, source, requestId }) => {
    const result = await dispatch.perform({ caller, source, requestId }, () => {
      if (caller === null) {
        const { ACCESS_DENIED } = InfrastructureErrorCode;
        throw new CallError(ACCESS_DENIED, "authentication required");
      }
      return tickets.issueTicket(caller, head.get("origin"));
    });
    if (!result.ok) return answerFailure(result);
    const { ticket, expiresInS } = result.output;
    return answerJson({ ticket, expires_in: expiresInS });
  };
}
