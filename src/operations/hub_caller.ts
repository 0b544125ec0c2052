/**
 * Calls the hub's own operations over NATS: the other side of `serveCalls()`.
 *
 * @module
 */
import {
  CallError,
  fromWireError,
  InfrastructureErrorCode,
  parseFrame,
  type WireEvent,
  type WireRequest,
  writeFrame,
} from "@alkdev/operations";
import {
  type Bus,
  encodeText,
  fixedHeaders,
  hubCallsSubject,
  replySubject,
  type RequestOptions,
} from "@hub/bus";
import { IDENTITY_ERROR_CODES } from "../auth/errors.ts";
import { type LetterBox, openLetterBox } from "../crypto/mod.ts";
import { type Arrival, openArrivals } from "./_arrivals.ts";
import { ACTOR_ERRORS } from "./actors/errors.ts";
import { ADDRESS_HEADER, letterSubject, SEALED_HEADER } from "./sealed_answers.ts";

/** How one call differs from the others. */
export interface HubCallOptions {
  /** How long the hub may take over it. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** By which a call that is sent again is known to be the same, where the operation takes one. */
  readonly idempotencyKey?: string;
}

/** Calls the operations of whichever node is there. */
export interface HubCaller {
  /**
   * @throws {CallError} as the hub answered.
   * @throws {BusError} `NO_RESPONDERS` when no hub is there.
   */
  call(operation: string, input: unknown, options?: HubCallOptions): Promise<unknown>;
  /**
   * Ends with an error when the node goes away: go on with the position that came last.
   *
   * @throws as `call` does.
   */
  subscribe(
    operation: string,
    input: unknown,
    options?: Pick<HubCallOptions, "signal">,
  ): AsyncGenerator<unknown, void>;
}

const CALL_MS = 30_000;
/** The hub's own "timed out" says more than ours. */
const GRACE_MS = 2_000;
const DECLARED = [...ACTOR_ERRORS.map(({ code }) => code), ...IDENTITY_ERROR_CODES];

/** Creates a caller on an open connection. */
export function createHubCaller(bus: Bus): HubCaller {
  const subject = hubCallsSubject(bus.realm);
  /** Operations whose answers are to be had sealed alone. */
  const sealed = new Set<string>();
  let opened: Promise<Sender> | undefined;

  async function callSealed(asked: Asked): Promise<unknown> {
    const { box, headers } = await (opened ??= openSender());
    const answer = await bus.requests.request(subject, asked.frame, { ...asked.options, headers });
    const output = outputIn(answer.data);
    return answer.headers?.has(SEALED_HEADER) === true
      ? await unsealed(output, { box, operation: asked.operation })
      : output;
  }

  return {
    async call(operation, input, { timeoutMs = CALL_MS, signal, idempotencyKey } = {}) {
      const frame = requestFrame({ operation, input, timeoutMs, idempotencyKey });
      const options = { timeoutMs: timeoutMs + GRACE_MS, signal };
      const asked = { operation, frame, options };
      if (sealed.has(operation)) return await callSealed(asked);
      const { data, headers } = await bus.requests.request(subject, frame, options);
      // Not by the error alone: operations fail in words of their own, and those have run.
      if (headers?.has(SEALED_HEADER) !== true) return outputIn(data);
      sealed.add(operation);
      return await callSealed(asked);
    },
    subscribe: (operation, input, options) => stream(bus, { operation, input, ...options }),
  };
}

interface Asked {
  readonly operation: string;
  readonly frame: Uint8Array;
  readonly options: RequestOptions;
}

/** Who asks, as calls say whose answers are sealed. */
interface Sender {
  readonly box: LetterBox;
  readonly headers: ReturnType<typeof fixedHeaders>;
}

async function openSender(): Promise<Sender> {
  const box = await openLetterBox();
  return { box, headers: fixedHeaders({ [ADDRESS_HEADER]: box.address }) };
}

async function unsealed(
  letter: unknown,
  { box, operation }: { readonly box: LetterBox; readonly operation: string },
): Promise<unknown> {
  if (typeof letter !== "string") throw failureOf(undefined);
  return JSON.parse(await box.open(letter, letterSubject(operation)));
}

interface StreamOptions extends Pick<HubCallOptions, "signal"> {
  readonly operation: string;
  readonly input: unknown;
}

async function* stream(
  bus: Bus,
  { operation, input, signal }: StreamOptions,
): AsyncGenerator<unknown, void> {
  const { connection, realm } = bus;
  const reply = replySubject(realm, crypto.randomUUID(), "0");
  signal?.throwIfAborted();
  using arrivals = openArrivals(bus, { reply, signal });
  connection.publish(hubCallsSubject(realm), requestFrame({ operation, input }), { reply });
  let unanswered: Arrival | undefined;
  try {
    for (;;) {
      unanswered = await arrivals.next();
      const event = eventIn(unanswered.data);
      if (event?.type === "call.completed") return;
      if (event?.type !== "call.responded") throw failureOf(event);
      yield event.payload.output;
      unanswered.answer();
      unanswered = undefined;
    }
  } finally {
    unanswered?.answer(encodeText(writeFrame({ type: "call.aborted", id: ID })));
  }
}

/** Each request has a reply subject of its own, so its id tells nobody anything. */
const ID = "1";

function requestFrame(
  payload: Pick<WireRequest, "operation" | "input" | "timeoutMs" | "idempotencyKey">,
): Uint8Array {
  return encodeText(writeFrame({ type: "call.requested", id: ID, payload }));
}

function outputIn(data: Uint8Array): unknown {
  const event = eventIn(data);
  if (event?.type !== "call.responded") throw failureOf(event);
  return event.payload.output;
}

function eventIn(data: Uint8Array): WireEvent | undefined {
  const parsed = parseFrame(data);
  return parsed.kind === "event" ? parsed.event : undefined;
}

function failureOf(event: WireEvent | undefined): CallError {
  if (event?.type === "call.error") return fromWireError(event.payload, DECLARED);
  const aborted = event?.type === "call.aborted";
  return new CallError(
    aborted ? InfrastructureErrorCode.ABORTED : InfrastructureErrorCode.UNKNOWN_ERROR,
    aborted ? "the hub has given it up" : "the hub answers in another protocol",
  );
}
