/**
 * `POST /subscribe`: one subscription, as server-sent events.
 *
 * @module
 */
import {
  type Answer,
  answerFailure,
  type BodyLimits,
  type GatewayDispatch,
  parseText,
  readJson,
} from "../gateway/mod.ts";
import type { OperationsCatalog } from "../ports.ts";
import { type CallBody, parseCall, requestOf } from "./call_body.ts";
import type { Endpoint, Exchange } from "./exchange.ts";
import { askNext, type NextValue } from "./next_value.ts";
import { isResumable, resumed } from "./position.ts";
import { queryOf } from "./query_of.ts";
import { createSseBody } from "./sse_body.ts";

/** What subscriptions need. */
export interface SubscribeOptions {
  readonly dispatch: GatewayDispatch;
  readonly catalog: OperationsCatalog;
  readonly body: BodyLimits;
  /** How often a reader hears something while there is no value. */
  readonly heartbeatMs: number;
  /** How long a reader may take nothing of what is there. */
  readonly stuckMs: number;
}

/** How long a refusal that comes from afar is waited for, before the stream begins without it. */
const REFUSAL_MS = 100;

const HEADERS = {
  "content-type": "text/event-stream",
  // Compressed, an event would wait for the next one.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** Answers with streams. */
export function subscribeEndpoint(options: SubscribeOptions): Endpoint {
  return async (exchange) => {
    const { request } = exchange;
    const asked = request.method === "GET"
      ? fromQuery(request)
      : await readJson(exchange, options.body);
    return await open(options, { exchange, call: parseCall(asked) });
  };
}

async function open(
  options: SubscribeOptions,
  { exchange, call }: { readonly exchange: Exchange; readonly call: CallBody },
): Promise<Answer> {
  const { dispatch, catalog, heartbeatMs, stuckMs } = options;
  const { caller, source, signal, requestId, trace, head } = exchange;
  const { operation } = call;
  const spec = catalog.find(operation);
  const canResume = spec !== undefined && isResumable(spec);
  const last = head.get("last-event-id");
  const asked = requestOf(call, { caller, source, signal, requestId, trace });
  const started = await dispatch.stream({
    ...asked,
    input: canResume && last !== null ? resumed(asked.input, last) : asked.input,
  });
  if (!started.ok) return answerFailure(started);
  const values = started.output;
  const first = askNext(values);
  const tell = (thrown: unknown) => dispatch.tell(thrown, { caller, operation });
  const refusal = await refusalOf(first);
  if (refusal !== undefined) return answerFailure(tell(refusal.thrown));
  const body = createSseBody({
    ...{ values, first, heartbeatMs, stuckMs, isResumable: canResume, onEnd: exchange.end },
    tell: (thrown) => tell(thrown).error,
  });
  return { status: 200, headers: HEADERS, body };
}

/** Why there is no first value, if that is known soon. */
async function refusalOf(first: NextValue): Promise<{ readonly thrown: unknown } | undefined> {
  if (!await first.isWithin(REFUSAL_MS)) return undefined;
  try {
    await first.step;
  } catch (thrown) {
    return { thrown };
  }
  return undefined;
}

function fromQuery(request: Request): unknown {
  const query = queryOf(request), input = query.get("input");
  return {
    operation: query.get("operation"),
    ...(input === null ? {} : { input: parseText(input) }),
  };
}
