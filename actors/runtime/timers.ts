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
  timerSubject,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AnyEventObject } from "xstate";
import { CommandError } from "./command.ts";
import { addressText } from "./family.ts";
import type { Send } from "./forward.ts";
import { MAX_EVENT_BYTES, plainEvent } from "./plain_event.ts";
import { keyOf, type Timer } from "./state.ts";

/** What a node has in hand when it dies comes to another one after that. */
const ACK_WAIT_MS = 5_000;

/** The timers of a realm. */
export interface Timers {
  /** Arms a timer, in place of the one of the same name. @throws {BusError} */
  arm(address: Address, timer: Timer): Promise<void>;
  /** Takes it back; one that has fired already is stale when it comes. @throws {BusError} */
  cancel(address: Address, id: string): Promise<void>;
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
    async arm(address, { id, dueAt, event, since }) {
      const at = { ...address, timer: id };
      const body = encodeJson({ key: keyOf(since, id), event: plainEvent(event) });
      await requests.publish(timerSubject(realm, at), body, {
        schedule: { at: new Date(dueAt), target: dueSubject(realm, at) },
        // The schedule that it replaces would stay in the stream for good.
        rollup: "subject",
      });
    },
    async cancel(address, id) {
      await purger.purge("TIMERS", timerSubject(realm, { ...address, timer: id }));
    },
  };
}

/** Brings timers that are due to their actors, until it is disposed of. */
export function serveTimers(bus: Bus, send: Send): Promise<AsyncDisposable> {
  return serveDurable(bus, {
    stream: "TIMERS",
    durable: "timers",
    filter: dueFilter(bus.realm),
    ackWaitMs: ACK_WAIT_MS,
    async handle({ subject, data }) {
      const { kind, id, timer } = parseDueSubject(subject);
      const due = decodeJson(data, { maxBytes: 2 * MAX_EVENT_BYTES });
      // Nobody else writes there: what does not fit is of no use to anybody, however often it comes.
      if (!dues.Check(due)) return;
      const { key, event } = due;
      const cause = { from: "timer", id: timer, key } as const;
      const command = { id: `timer:${addressText({ kind, id })}/${key}`, event, cause };
      await send({ kind, id }, command).catch((error) => {
        // Stale, or its actor has ended: it was taken, and there is nothing more to be done with it.
        if (!(error instanceof CommandError) || error.retryable) throw error;
      });
    },
  });
}
