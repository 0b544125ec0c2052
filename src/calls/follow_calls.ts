/**
 * Follows calls as they happen, on all nodes. The stream is the only source, so nothing is missing and
 * nothing comes twice while it keeps it; what is heard live only says when to look.
 *
 * @module
 */
import {
  type Bus,
  BusError,
  callEventFilter,
  parseCallEventSubject,
  streamBounds,
  type StreamReader,
} from "@hub/bus";
import { createWakeUp, type Place } from "../../actors/runtime/replay/mod.ts";
import { type CallEvent, readCallEvents } from "./call_event.ts";

/** An event, and where it stands. */
export interface FollowedCall {
  readonly place: Place;
  readonly node: string;
  readonly event: CallEvent;
}

/** How calls are followed. */
export interface FollowCallsOptions {
  /** After this one; without it, from now on. */
  readonly from?: Place | undefined;
  readonly signal: AbortSignal;
  /** How often it is looked though nothing was heard. Default 5,000. */
  readonly lookMs?: number;
}

const LOOK_MS = 5_000;
/** After something was heard: it may not be stored yet, and more may come. */
const SOON_MS = 50;

/** What following needs of the world. */
export interface FollowPorts {
  readonly bus: Bus;
  readonly reader: StreamReader;
}

/** Follows until the signal is aborted. */
export async function* followCalls(
  { bus, reader }: FollowPorts,
  { from, signal, lookMs = LOOK_MS }: FollowCallsOptions,
): AsyncGenerator<readonly FollowedCall[], void> {
  using news = createWakeUp(signal);
  let isHeard = false;
  const subscription = bus.connection.subscribe(callEventFilter(bus.realm), {
    callback(error) {
      if (error !== null) return;
      isHeard = true;
      news.ring();
    },
  });
  using _end = {
    forget: bus.onStatus(news.ring),
    [Symbol.dispose]() {
      this.forget();
      if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
  // Whatever comes after this is heard.
  await bus.connection.flush();
  let last = from === undefined
    ? (await streamBounds(bus, "CALLS")).last
    : Math.max(0, from.seq - 1);
  while (!signal.aborted) {
    const wasHeard = isHeard;
    isHeard = false;
    try {
      const asked = { subject: callEventFilter(bus.realm), from: last + 1 };
      for await (const { seq, subject, data } of reader.read("CALLS", asked)) {
        last = seq;
        const { node } = parseCallEventSubject(subject), events = readCallEvents(data);
        const followed = events.map((event, index) => ({ place: { seq, index }, node, event }));
        yield followed.filter(({ place }) => isAfter(place, from));
        if (signal.aborted) return;
      }
    } catch (error) {
      // Reading changes nothing: it is tried again when there is a connection.
      if (!(error instanceof BusError) || !error.retryable) throw error;
    }
    await news.wait(wasHeard ? SOON_MS : lookMs);
  }
}

function isAfter({ seq, index }: Place, from: Place | undefined): boolean {
  return from === undefined || seq > from.seq || (seq === from.seq && index > from.index);
}
