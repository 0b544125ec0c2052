/**
 * A watcher: follows one actor from its beginning, goes on where it was after every interruption,
 * and must have seen each event of the log once and in order.
 *
 * @module
 */
import { type Bus, BusError } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { createHubCaller } from "../../src/operations/hub_caller.ts";
import { delay } from "./delay.ts";
import { atText, type Logs } from "./history.ts";

/** What a watcher has seen. */
export interface Watched {
  readonly actor: string;
  /** Places of events, as they came. */
  readonly places: readonly string[];
}

const PAUSE_MS = 200;
const BEGINNING = "0.0";
const items = TypeCompiler.Compile(Type.Object({
  position: Type.String(),
  event: Type.Union([Type.String(), Type.Null()]),
}));

/** Watches until it is told to stop. */
export async function watchActor(
  { actor, bus, signal }: {
    readonly actor: string;
    readonly bus: Bus;
    readonly signal: AbortSignal;
  },
  onSeen: (place: string) => void,
): Promise<void> {
  const caller = createHubCaller(bus);
  let from = BEGINNING;
  while (!signal.aborted) {
    // What was asked for on a connection that is lost does not come any more.
    const lost = new AbortController();
    const forget = bus.onStatus((status) => status === "connected" || lost.abort(LOST));
    try {
      const input = { kind: "checked", id: actor, from };
      const either = AbortSignal.any([signal, lost.signal]);
      for await (const item of caller.subscribe("hub/actors/watch", input, { signal: either })) {
        if (!items.Check(item)) continue; // Of a running effect: it is in no log.
        from = item.position;
        if (item.event !== null && item.event !== "xstate.init") onSeen(from);
      }
    } catch {
      // Whatever it was, a watcher goes on; what it misses for good is found in the end.
      await delay(PAUSE_MS);
    } finally {
      forget();
    }
  }
}

const LOST = new BusError("DISCONNECTED", "The connection is lost");

/** Says who has seen something else than the log has; `missing` is what may still come. */
export function checkWatched(
  watched: readonly Watched[],
  logs: Logs,
): { readonly missing: readonly string[]; readonly wrong: readonly string[] } {
  const missing: string[] = [], wrong: string[] = [];
  for (const { actor, places } of watched) {
    const logged = (logs.get(actor) ?? [])
      .filter(({ logged: { event } }) => event.type !== "xstate.init").map(atText);
    const odd = places.findIndex((place, at) => place !== logged[at]);
    if (odd >= 0) {
      const expected = logged[odd] ?? "nothing";
      wrong.push(`the watcher of ${actor} saw ${places[odd]} where the log has ${expected}`);
    } else if (places.length < logged.length) {
      missing.push(`event ${logged[places.length]} for the watcher of ${actor}`);
    }
  }
  return { missing, wrong };
}
