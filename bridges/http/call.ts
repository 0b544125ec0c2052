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
  return async ({ request, caller, source, signal, requestId, trace }) => {
    const call = parseCall(await readJson(request, body));
    return answerResult(
      await dispatch.invoke({
        ...{ ...requestOf(call), caller, source, signal, requestId, trace },
        idempotencyKey: idempotencyKeyOf(request.headers),
      }),
    );
  };
}
