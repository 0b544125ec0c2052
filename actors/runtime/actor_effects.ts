/**
 * The effects of one actor: those run that its state says are under way, no more and no fewer.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { AnyActorLogic, AnyEventObject } from "xstate";
import type { Command } from "./command.ts";
import type { EffectSlots } from "./effect_slots.ts";
import { addressText } from "./family.ts";
import type { Lanes } from "./lanes.ts";
import { errorEvent, plainEvent } from "./plain_event.ts";
import { runEffect, type RunningEffect } from "./run_effect.ts";
import { type Effect, keyOf } from "./state.ts";

/** What the effects of an actor need. */
export interface ActorEffectsOptions {
  readonly address: Address;
  readonly logicOf: (src: string) => AnyActorLogic | undefined;
  readonly slots: EffectSlots;
  readonly perActor: number;
  readonly lanes: Lanes;
  /** Gets a command to the actor itself, however long it takes. */
  readonly deliver: (command: Command, signal: AbortSignal) => Promise<void>;
  readonly onEmit: (event: AnyEventObject) => void;
}

/** The effects of one actor. */
export interface ActorEffects {
  /** Those that have not ended, or whose end the actor does not know yet. */
  readonly size: number;
  start(effect: Effect): void;
  /** Starts those of `wanted` that do not run, and stops those that run and are not in it. */
  reconcile(wanted: ReadonlyMap<string, Effect>): void;
  /** Sends to an effect, if it runs. */
  send(effect: Effect, event: AnyEventObject): void;
  /** Stops all; nothing is started any more. */
  close(): void;
}

/** Events of one effect that may wait to be taken by its actor. */
const MAX_UNTAKEN = 1_024;

interface Entry {
  running?: RunningEffect;
  leave?: (() => void) | undefined;
  ended: boolean;
}

/** Creates the effects of an actor; none runs yet. */
export function createActorEffects(options: ActorEffectsOptions): ActorEffects {
  const { address, logicOf, slots, perActor, lanes, deliver, onEmit } = options;
  const entries = new Map<string, Entry>();
  let closed = false;

  function start(effect: Effect, key: string): void {
    const entry: Entry = { ended: false };
    const full = `${addressText(address)}/${key}`;
    // What runs again says other things than the first time; only its end is the same.
    const run = crypto.randomUUID();
    let said = 0;
    entries.set(key, entry);

    function say(event: AnyEventObject, id: string): Promise<void> {
      const cause = { from: "effect", id: effect.id, key } as const;
      return lanes.run(`effect ${key}`, (signal) => deliver({ id, event, cause }, signal));
    }

    function end(event: AnyEventObject): void {
      halt(entry);
      // Only when its end is known to the actor may it be forgotten: until then it would be started
      // once more. If it never is, the actor is activated again one day, and so is the effect.
      say(event, `effect:${full}`).then(() => entries.delete(key), () => undefined);
    }

    function onEvent(event: AnyEventObject): void {
      if (closed || entry.ended) return;
      try {
        if (isEnd(effect, event)) return end(plainEvent(withPlainError(event)));
        if (lanes.sizeOf(`effect ${key}`) >= MAX_UNTAKEN) {
          throw new Error(
            `${effect.id} says more than its actor takes: ${MAX_UNTAKEN} events wait`,
          );
        }
        say(plainEvent(event), `effect:${full}:${run}:${said++}`).catch(() => undefined);
      } catch (error) {
        end(errorEvent(effect.id, error));
      }
    }

    const logic = logicOf(effect.src);
    if (logic === undefined) {
      return end(errorEvent(effect.id, new Error(`There is no logic named "${effect.src}"`)));
    }
    if (entries.size > perActor) return end(errorEvent(effect.id, tooMany(perActor, "actor")));
    const begin = () => {
      const running = runEffect({ logic, effect, key: full, onEvent, onEmit });
      entry.running = running;
      if (entry.ended) running.stop();
    };
    entry.leave = slots.take(begin);
    if (entry.leave === undefined) end(errorEvent(effect.id, tooMany(undefined, "node")));
    else if (entry.ended) entry.leave();
  }

  function halt(entry: Entry): void {
    entry.ended = true;
    entry.running?.stop();
    entry.leave?.();
  }

  return {
    get size() {
      return entries.size;
    },
    start(effect) {
      const key = keyOf(effect.since, effect.id);
      if (!closed && !entries.has(key)) start(effect, key);
    },
    reconcile(wanted) {
      if (closed) return;
      const keys = new Map(
        Array.from(wanted.values(), (effect) => [keyOf(effect.since, effect.id), effect] as const),
      );
      for (const [key, entry] of entries) {
        if (keys.has(key)) continue;
        halt(entry);
        entries.delete(key);
      }
      for (const [key, effect] of keys) if (!entries.has(key)) start(effect, key);
    },
    send(effect, event) {
      entries.get(keyOf(effect.since, effect.id))?.running?.send(event);
    },
    close() {
      closed = true;
      for (const entry of entries.values()) halt(entry);
      entries.clear();
    },
  };
}

function isEnd({ id }: Effect, { type }: AnyEventObject): boolean {
  return type === `xstate.done.actor.${id}` || type === `xstate.error.actor.${id}`;
}

function withPlainError(event: AnyEventObject): AnyEventObject {
  return "error" in event && typeof event.actorId === "string"
    ? errorEvent(event.actorId, event.error)
    : event;
}

function tooMany(limit: number | undefined, of: "actor" | "node"): Error {
  const error = new Error(
    limit === undefined
      ? "Cannot start the effect: too many wait on this node, try again later"
      : `Cannot start the effect: this ${of} has ${limit} already`,
  );
  return Object.assign(error, { name: "EffectLimitError", code: "RATE_LIMITED" });
}
