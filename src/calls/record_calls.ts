/**
 * Watches calls as the dispatcher runs them, and has them told.
 *
 * @module
 */
import {
  type CallError,
  type CallObserver,
  type ObservedCall,
  operationId,
  type OperationSpec,
  registryName,
  type TraceContext,
} from "@alkdev/operations";
import { OK, spokenCode } from "./call_event.ts";
import type { CallPublisher, Teller } from "./publish_calls.ts";
import { NOTHING, recordedValue } from "./recorded_value.ts";

/** What recording needs. */
export interface RecordCallsOptions {
  readonly publisher: Pick<CallPublisher, "add" | "reserve">;
  /** Whether inputs and outputs are recorded, too, without what is marked as secret. */
  readonly payloads: boolean;
}

/**
 * Creates an observer. A call that is over before anybody was told of it is told once: as one that is
 * over. One that lasts is told twice.
 */
export function recordCalls({ publisher, payloads }: RecordCallsOptions): CallObserver {
  return (call) => {
    const running = new RunningCall(call);
    // Now: whoever was given it may change it.
    if (payloads) running.record(said("input", recordedValue(call.spec.inputSchema, call.input)));
    publisher.add(running);
    return (error, output) => {
      if (payloads && output !== undefined) {
        const more = said("output", recordedValue(call.spec.outputSchema, output));
        // One that waits to be told has taken room for its input only.
        const isRoom = running.isTold || publisher.reserve(more.length);
        running.record(isRoom ? more : said("output", NOTHING));
      }
      if (running.end(error)) publisher.add(running);
    };
  };
}

/** The part of an event that tells a value. */
function said(what: "input" | "output", text: string): string {
  return `,"${what}":${JSON.stringify(text)}`;
}

/**
 * A call that is told, by hand and not before it is sent: all of this is done for every call. Nothing of
 * the call itself is kept once it is over: what lives on is dear to the garbage collector.
 */
class RunningCall implements Teller {
  readonly #startedAt = performance.now();
  readonly #requestId: string;
  readonly #caller: string | undefined;
  readonly #originator: string | undefined;
  readonly #name: string;
  #call: Pick<ObservedCall, "trace"> | undefined;
  #trace: TraceContext | undefined;
  #microseconds = 0;
  #outcome: string | undefined;
  #recorded = "";
  #isTold = false;

  constructor(call: ObservedCall) {
    this.#call = call;
    this.#requestId = call.requestId;
    this.#caller = call.identity?.id;
    this.#originator = call.originator?.id;
    this.#name = nameOf(call);
  }

  get size(): number {
    return this.#recorded.length;
  }

  get isTold(): boolean {
    return this.#isTold;
  }

  record(more: string): void {
    this.#recorded += more;
  }

  forgetValues(): void {
    this.#recorded = "";
  }

  /** Says how it ended; whether that has to be told once more. */
  end(error: CallError | undefined): boolean {
    this.#microseconds = Math.round((performance.now() - this.#startedAt) * 1000);
    this.#outcome = error === undefined ? OK : spokenCode(error.code);
    this.#trace ??= this.#call?.trace;
    this.#call = undefined;
    return this.#isTold;
  }

  tell(base: number): string {
    this.#isTold = true;
    this.#trace ??= this.#call?.trace;
    const { traceId = "", spanId = "", parentSpanId } = this.#trace ?? {};
    const caller = this.#caller, originator = this.#originator;
    const parent = parentSpanId === undefined ? "" : `,"parent":"${parentSpanId}"`;
    const who = caller === undefined ? "" : `,"caller":${quoted(caller)}`;
    const isPassedOn = originator !== undefined && originator !== caller;
    const whose = isPassedOn ? `,"originator":${quoted(originator)}` : "";
    const end = this.#outcome === undefined
      ? ""
      : `,"us":${this.#microseconds},"outcome":${quoted(this.#outcome)}`;
    return `{"id":"${spanId}","trace":"${traceId}"${parent},"request":${
      quoted(this.#requestId)
    }${this.#name}${who}${whose},"at":${
      Math.round(this.#startedAt - base)
    }${end}${this.#recorded}}`;
  }
}

const PLAIN = /^[\w./:@-]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const names = new WeakMap<OperationSpec, { readonly id: string; readonly text: string }>();

/** The part that tells which operation it is: spokes with the same operations share their specs. */
function nameOf({ operation, spec }: ObservedCall): string {
  const known = names.get(spec);
  if (known?.id === operation) return known.text;
  const text = operation === operationId(spec)
    ? `,"operation":${quoted(registryName(spec) ?? operation)}`
    : `,"operation":${quoted(operation)},"peer":${quoted(peerOf(operation))}`;
  names.set(spec, { id: operation, text });
  return text;
}

function peerOf(operation: string): string {
  return operation.slice(0, operation.indexOf("/"));
}
