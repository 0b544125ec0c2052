/**
 * `POST /call`: one query or mutation.
 *
 * @module
 */
import { type BodyLimits, type GatewayDispatch, readJson } from "../gateway/mod.ts";
import { answerResult } from "./answer.ts";
import { parseCall, requestOf } from "./call_body.ts";
import type { Endpoint } from "./exchange.ts";
import { idempotencyKeyOf } from "./idempotency_header.ts";

/** Answers calls. */
export function callEndpoint(
  { dispatch, body }: { readonly dispatch: GatewayDispatch; readonly body: BodyLimits },
): Endpoint {
  return async (exchange) => {
    const call = parseCall(await readJson(exchange, body));
    const { head, caller, source, signal, requestId, trace } = exchange;
    const idempotencyKey = idempotencyKeyOf(head);
    return answerResult(
      await dispatch.invoke(
        requestOf(call, { caller, source, signal, requestId, trace, idempotencyKey }),
      ),
    );
  };
}
