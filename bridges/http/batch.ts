/**
 * `POST /batch`: several calls in one request, each for itself.
 *
 * @module
 */
import {
  type BodyLimits,
  type GatewayDispatch,
  mapInOrder,
  readJson,
  traceBeside,
} from "../gateway/mod.ts";
import { itemText } from "./answer.ts";
import { parseCalls, requestOf } from "./call_body.ts";
import type { Endpoint } from "./exchange.ts";
import { idempotencyKeyOf } from "./idempotency_header.ts";

/** Calls of one batch that run at a time. */
const WIDTH = 8;
const MAX_ITEMS = 50;
const MAX_ANONYMOUS_ITEMS = 5;

/** Answers batches. */
export function batchEndpoint(
  { dispatch, body }: { readonly dispatch: GatewayDispatch; readonly body: BodyLimits },
): Endpoint {
  return async ({ request, head, caller, source, signal, trace }) => {
    const max = caller === null ? MAX_ANONYMOUS_ITEMS : MAX_ITEMS;
    const items = parseCalls(await readJson({ request, head }, body), max);
    const key = idempotencyKeyOf(head);
    const results = await mapInOrder(items, {
      width: WIDTH,
      act: async (item, index) =>
        itemText(
          await dispatch.invoke(requestOf(item, {
            caller,
            source,
            signal,
            requestId: crypto.randomUUID(),
            trace: traceBeside(trace),
            // The same batch again has the same calls at the same places.
            idempotencyKey: key === undefined ? undefined : `${key}:${index}`,
          })),
        ),
    });
    return { status: 200, body: `{"results":[${results.join(",")}]}` };
  };
}
