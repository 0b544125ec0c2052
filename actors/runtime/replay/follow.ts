/**
 * Follows an actor as it lives on: replays its log from a position, and then goes on with it.
 *
 * The log is the only source of what happened, so nothing is missing and nothing comes twice,
 * whatever becomes of nodes and connections; the live subject only says when to look.
 *
 * @module
 */
import { type Address, type Bus, BusError, liveSubject } from "@hub/bus";
import type { AnyEventObject } from "xstate";
import { CommandError } from "../command.ts";
import type { KnownKind } from "../kinds.ts";
import { parseLiveMessages } from "../live.ts";
import type { ActorLog } from "../log.ts";
import { type Loaded, restore } from "../persist.ts";
import type { LogRecord } from "../record.ts";
import type { Snapshots } from "../snapshots.ts";
import { createWakeUp } from "./_wake_up.ts";
import type { Place } from "./place.ts";
import { createReplayer, type ReplayStep } from "./replayer.ts";
import type { StateView } from "./state_view.ts";

/** What following needs of the world. */
export interface FollowPorts {
  readonly bus: Bus;
  readonly log: ActorLog;
  readonly snapshots: Snapshots;
}

export interface FollowOptions {
  readonly known: KnownKind;
  /** Follows from the event after this one on; without it, from the present on. */
  readonly from?: Place | undefined;
  /** Folds on from here; without it, from the snapshot, or from the beginning if that is too new. */
  readonly after?: Loaded | undefined;
  readonly signal: AbortSignal;
  /** How often the log is looked at though nobody said that there is something new. Default 5,000. */
  readonly lookMs?: number;
}

/** What a follower is told. */
export type Followed =
  /** How the actor is at the beginning, where that is the present and there is one. */
  | { readonly is: "present"; readonly at: Place; readonly view: StateView }
  | { readonly is: "step"; readonly step: ReplayStep }
  /** What a running effect emits: heard by those who listen at the time, and in no log. */
  | { readonly is: "live"; readonly event: AnyEventObject };

const LOOK_MS = 5_000;
/** A replica that answers may be behind what was announced. */
const BEHIND_MS = 20, MAX_BEHIND = 100;
const MAX_LIVE = 256;

/**
 * Follows an actor until the signal is aborted. An actor that has not begun is waited for.
 *
 * @throws {CommandError} `UNAVAILABLE` when the log cannot be folded here: a newer version of the
 * machine wrote it, say, which another node has.
 */
export async function* follow(
  ports: FollowPorts,
  address: Address,
  { known, from, after, signal, lookMs = LOOK_MS }: FollowOptions,
): AsyncGenerator<Followed, void> {
  using news = listen(ports.bus, { address, signal });
  const start = after ?? await beginning(ports, address, { known, from });
  const replayer = createReplayer({ kind: known.kind, scope: known.scope }, start);
  const take = (record: LogRecord) => {
    try {
      return replayer.take(record);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandError("UNAVAILABLE", reason, { cause });
    }
  };
  let last = start?.seq ?? 0;
  if (from === undefined) {
    let index = 0;
    // With the message that the snapshot ends in: its last event is where the present stands.
    for await (const record of ports.log.read(address, { from: last })) {
      if (record.seq > last) take(record);
      last = record.seq;
      index = record.events.length - 1;
    }
    const { view } = replayer;
    if (view !== undefined) yield { is: "present", at: { seq: last, index }, view };
  }
  let behind = 0;
  while (!signal.aborted) {
    try {
      for await (const record of ports.log.read(address, { from: last + 1 })) {
        const steps = take(record);
        last = record.seq;
        for (const step of steps) if (isAfter(step.at, from)) yield { is: "step", step };
      }
    } catch (error) {
      // Reading changes nothing: it is tried again when there is a connection.
      if (!(error instanceof BusError) || !error.retryable) throw error;
    }
    for (const event of news.takeLive()) yield { is: "live", event };
    behind = last < news.announced ? behind + 1 : 0;
    if (behind > MAX_BEHIND) news.forget();
    await news.wait(behind > 0 ? BEHIND_MS : lookMs);
  }
}

function isAfter({ seq, index }: Place, from: Place | undefined): boolean {
  return from === undefined || seq > from.seq || (seq === from.seq && index > from.index);
}

/** The snapshot, where it is of a time before the events that are wanted. */
async function beginning(
  ports: FollowPorts,
  address: Address,
  { known, from }: Pick<FollowOptions, "known" | "from">,
): Promise<Loaded | undefined> {
  const loaded = await lastSnapshot(ports, { address, known });
  return from !== undefined && loaded !== undefined && loaded.seq >= from.seq ? undefined : loaded;
}

/** An actor as its last snapshot has it, if that can be used here. */
export async function lastSnapshot(
  { snapshots }: Pick<FollowPorts, "snapshots">,
  { address, known }: { readonly address: Address; readonly known: KnownKind },
): Promise<Loaded | undefined> {
  const persisted = await snapshots.load(known.kind, address);
  if (typeof persisted === "string") return undefined;
  try {
    return restore(persisted, known);
  } catch {
    return undefined; // Only a shortcut: the log begins earlier.
  }
}

interface News extends Disposable {
  /** The last commit that was announced. */
  readonly announced: number;
  /** What was announced does not come. */
  forget(): void;
  takeLive(): AnyEventObject[];
  /** Resolves when there may be something new, at the latest after `ms`. */
  wait(ms: number): Promise<void>;
}

function listen(
  bus: Bus,
  { address, signal }: { readonly address: Address; readonly signal: AbortSignal },
): News {
  const wakeUp = createWakeUp(signal);
  let announced = 0;
  let live: AnyEventObject[] = [];
  const subscription = bus.connection.subscribe(liveSubject(bus.realm, address), {
    callback(error, { data }) {
      const messages = error === null ? parseLiveMessages(data) : [];
      for (const message of messages) {
        if ("state" in message) announced = Math.max(announced, message.seq);
        // What has a place in the log is told from there.
        else if (message.seq === undefined && live.length < MAX_LIVE) live.push(message.event);
      }
      if (messages.length > 0) wakeUp.ring();
    },
  });
  // Whatever was announced meanwhile was not heard.
  const forgetStatus = bus.onStatus(wakeUp.ring);
  return {
    get announced() {
      return announced;
    },
    forget: () => void (announced = 0),
    takeLive() {
      const taken = live;
      live = [];
      return taken;
    },
    wait: wakeUp.wait,
    [Symbol.dispose]() {
      forgetStatus();
      subscription.unsubscribe();
      wakeUp[Symbol.dispose]();
    },
  };
}
