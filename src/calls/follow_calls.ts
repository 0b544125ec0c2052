/**
 * Follows calls as they happen, on all nodes. The stream is the only source, so nothing is missing while
 * it keeps it, and what is stored twice comes twice; what is heard live only says when to look.
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
  let after = from;
  while (!signal.aborted) {
    const wasHeard = isHeard;
    isHeard = false;
    let isEmpty = true;
    try {
      const asked = { subject: callEventFilter(bus.realm), from: last + 1 };
      for await (const { seq, subject, data } of reader.read("CALLS", asked)) {
        last = seq;
        isEmpty = false;
        const { node } = parseCallEventSubject(subject), events = readCallEvents(data);
        const followed = events.map((event, index) => ({ place: { seq, index }, node, event }));
        yield followed.filter(({ place }) => isAfter(place, after));
        if (signal.aborted) return;
      }
      const beginning = isEmpty ? await beginningAnew(bus, last) : undefined;
      if (beginning !== undefined) {
        [last, after] = [beginning, undefined];
        continue;
      }
    } catch (error) {
      // Reading changes nothing: it is tried again when there is a connection.
      if (!(error instanceof BusError) || !error.retryable) throw error;
    }
    await news.wait(wasHeard ? SOON_MS : lookMs);
  }
}

/** What a stream begins after that was made anew since `last`, and counts from its beginning. */
async function beginningAnew(bus: Bus, last: number): Promise<number | undefined> {
  const bounds = await streamBounds(bus, "CALLS");
  return bounds.last < last ? Math.max(0, bounds.first - 1) : undefined;
}

function isAfter({ seq, index }: Place, after: Place | undefined): boolean {
  return after === undefined || seq > after.seq || (seq === after.seq && index > after.index);
}
