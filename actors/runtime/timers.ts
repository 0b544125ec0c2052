/**
 * Timers: schedules in stream `TIMERS`, and one consumer for all nodes that takes those that are due.
 *
 * @module
 */
import {
  type Address,
  type Bus,
  decodeJson,
  dueFilter,
  dueSubject,
  encodeJson,
  openStreamPurger,
  parseDueSubject,
  serveDurable,
  type TimerAddress,
  timerSubject,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AnyEventObject } from "xstate";
import { CommandError } from "./command.ts";
import { addressText, digest } from "./family.ts";
import type { Send } from "./forward.ts";
import { MAX_EVENT_BYTES, plainEvent } from "./plain_event.ts";
import { keyOf, type Timer } from "./state.ts";

/** What a node has in hand when it dies comes to another one after that. */
const ACK_WAIT_MS = 5_000;
/** Longest name of a timer that stands in its subject as it is. */
const MAX_NAME = 200;

/** The timers of a realm. */
export interface Timers {
  /** Arms a timer; the same one again in place of itself. @throws {BusError} */
  arm(address: Address, timer: Timer): Promise<void>;
  /** Takes it back; one that has fired already is stale when it comes. @throws {BusError} */
  cancel(address: Address, timer: Timer): Promise<void>;
}

/** What a schedule holds. */
const Due = Type.Object({
  key: Type.String(),
  event: Type.Unsafe<AnyEventObject>(Type.Object({ type: Type.String() })),
});
const dues = TypeCompiler.Compile(Due);

/** Opens the timers of the bus's realm. */
export async function openTimers(bus: Bus): Promise<Timers> {
  const purger = await openStreamPurger(bus);
  const { realm, requests } = bus;
  return {
    async arm(address, timer) {
      const at = placeOf(address, timer);
      const key = keyOf(timer.since, timer.id);
      const body = encodeJson({ key, event: plainEvent(timer.event) });
      await requests.publish(timerSubject(realm, at), body, {
        schedule: { at: new Date(timer.dueAt), target: dueSubject(realm, at) },
        // The schedule that it replaces would stay in the stream for good.
        rollup: "subject",
      });
    },
    async cancel(address, timer) {
      await purger.purge("TIMERS", timerSubject(realm, placeOf(address, timer)));
    },
  };
}

/**
 * Each arming has a place of its own: what a node that was cut off says late of an earlier arming must
 * not touch the one of the same name that its successor has armed since.
 */
function placeOf(address: Address, { id, since }: Timer): TimerAddress {
  return { ...address, timer: keyOf(since, id.length > MAX_NAME ? digest(id) : id) };
}

/** What serving timers needs. */
export interface ServeTimersOptions {
  readonly send: Send;
  /** Told of timers that cannot be brought to their actors, though it will be tried again. */
  readonly onError: (error: unknown, about: { readonly address?: Address }) => void;
}

/** Brings timers that are due to their actors, until it is disposed of. */
export function serveTimers(
  bus: Bus,
  { send, onError }: ServeTimersOptions,
): Promise<AsyncDisposable> {
  return serveDurable(bus, {
    stream: "TIMERS",
    durable: "timers",
    filter: dueFilter(bus.realm),
    ackWaitMs: ACK_WAIT_MS,
    async handle({ subject, data }) {
      const found = readDue(subject, data);
      // Nobody else writes there: it is of no use to anybody, however often it comes.
      if (found instanceof Error) return onError(found, {});
      const { address, due: { key, event } } = found;
      const cause = { from: "timer", id: timerOf(key), key } as const;
      const command = { id: `timer:${addressText(address)}/${key}`, event, cause };
      await send(address, command).catch((error) => {
        if (!isFinal(error)) throw error;
        // Stale, or its actor has ended: it was taken, and there is nothing more to be done with it.
        if (error.code === "MACHINE_ERROR") onError(error, { address });
      });
    },
    onError(cause, { subject, attempt }) {
      const what = subject === undefined ? "Timers do not come" : `Cannot bring ${subject}`;
      const reason = cause instanceof Error ? cause.message : String(cause);
      onError(new Error(`${what}, attempt ${attempt}: ${reason}`, { cause }), {});
    },
  });
}

function readDue(subject: string, data: Uint8Array) {
  try {
    const { kind, id } = parseDueSubject(subject);
    const due = decodeJson(data, { maxBytes: 2 * MAX_EVENT_BYTES });
    if (dues.Check(due)) return { address: { kind, id }, due };
    return noTimer(subject);
  } catch (cause) {
    return noTimer(subject, { cause });
  }
}

function noTimer(subject: string, options?: ErrorOptions): TypeError {
  return new TypeError(`Cannot read what is stored at ${subject}: it is no timer`, options);
}

/** Whether it will never be otherwise. */
function isFinal(error: unknown): error is CommandError {
  // A node that does not know its kind must not throw it away: another one may.
  return error instanceof CommandError && !error.retryable && error.code !== "VALIDATION_ERROR";
}

/** What `keyOf()` put behind the position. */
function timerOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
