/**
 * Does what one actor asks for: effects, timers, sends, children, its own actions.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { type Action, isOfEffects, isWork, placeOf, positionOf } from "./action.ts";
import { type ActorEffects, createActorEffects } from "./actor_effects.ts";
import type { ActiveActors } from "./active_actors.ts";
import { CommandError } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { createDeliveries, type Deliveries, type Dropped, isOver } from "./deliveries.ts";
import type { Asked, Duties } from "./duties.ts";
import type { EffectSlots } from "./effect_slots.ts";
import { addressText } from "./family.ts";
import type { Send } from "./forward.ts";
import { withKey } from "./idempotency_key.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import type { Live, LiveMessage } from "./live.ts";
import type { ActorLog } from "./log.ts";
import { lateTimers, nextDueAt, SELDOM } from "./overdue.ts";
import type { Parking, ParkingHooks } from "./parking.ts";
import { persistently } from "./persistently.ts";
import { logicOf } from "./run_effect.ts";
import { type ActorState, isCurrent, type Timer } from "./state.ts";
import { NOTHING } from "./copied.ts";
import type { Timers } from "./timers.ts";
import type { WaitingActors } from "./waiting_actors.ts";
import { createWorkMark, type WorkMark } from "./work_mark.ts";

/** Told of what nobody else is told of. */
export interface DutyHooks extends ParkingHooks {
  readonly onDropped?: (dropped: Dropped) => void;
  /** A timer has not come in time and is armed again: NATS has lost it, or cannot keep up. */
  readonly onLate?: (late: { readonly address: Address; readonly timer: Timer }) => void;
  /** Something that an actor asked for has failed; the actor goes on. */
  readonly onError?: (error: unknown, about: { readonly address?: Address }) => void;
}

/** What is the same for all actors of a node. */
export interface DutyPorts {
  readonly send: Send;
  readonly active: ActiveActors;
  readonly waiting: WaitingActors;
  readonly isLast: ActorLog["isLast"];
  readonly timers: Timers;
  readonly slots: EffectSlots;
  readonly parking: Parking;
  readonly effectsPerActor: number;
  /** Deliveries of one actor that may wait; above that it takes no commands of callers. */
  readonly maxUndone: number;
  readonly publish: Live["publish"];
  readonly hooks: DutyHooks;
  readonly now: () => number;
  /** A timer that is late for so long is taken for lost. */
  readonly lateMs: number;
}

/** The duties towards one actor. */
export interface ActorDuties extends Duties {
  /** Whether an effect runs or something is still to be delivered. */
  readonly isBusy: boolean;
  /** Resolves once everything but effects is done. */
  delivered(): Promise<void>;
  /**
   * Makes the key in `ACTIVE` this node's, so that it goes in the end though it finds nothing to be
   * done; all up to `seq` was asked for.
   */
  adopt(seq: number): void;
  /** Whether timers should have come that were not armed again lately. */
  readonly isLate: boolean;
  /** Arms those again; resolves when that is done, or given up. */
  rearmLate(): Promise<void>;
  /** Stops the effects and gives up what is not done: it is for whoever has the actor next. */
  stop(): void;
  /** After `stop()`: resolves with whether there is something for whoever has the actor next. */
  close(): Promise<boolean>;
}

/**
 * How many times the bound what comes from within may bring. What is to be delivered may wait for an
 * event from within, of this actor or of another one that waits for it: refused as callers are, all of
 * them would wait for ever. What has no end must not fill the memory all the same.
 */
const WITHIN = 16;

/** Creates the duties towards one actor. */
export function createActorDuties(
  ports: DutyPorts,
  { address, kind }: { readonly address: Address; readonly kind: ActorKind },
): ActorDuties {
  return new PerformedDuties(ports, address, kind);
}

class PerformedDuties implements ActorDuties {
  readonly #ports: DutyPorts;
  readonly #address: Address;
  readonly #text: string;
  readonly #lanes: Lanes;
  readonly #deliveries: Deliveries;
  readonly #effects: ActorEffects;
  readonly #mark: WorkMark;
  readonly #waiting: (() => void)[] = [];
  /** Between `prepare` and `perform`: work may be in the log of which nothing is under way yet. */
  #expecting = false;
  #stopped = false;
  #leftover = false;
  /** All actions up to this commit have been asked for here. */
  #askedUpTo = 0;
  #timers: ActorState["timers"] = NOTHING;
  #rearmAfter = -Infinity;

  constructor(ports: DutyPorts, address: Address, kind: ActorKind) {
    this.#ports = ports;
    this.#address = address;
    this.#text = addressText(address);
    const isUpToDate = () => ports.isLast(address, this.#askedUpTo);
    this.#mark = createWorkMark(ports, {
      ...{ address, isUpToDate },
      nextDueAt: () => nextDueAt(this.#timers),
    });
    this.#lanes = createLanes(() => this.#rest());
    this.#deliveries = createDeliveries({
      ...{ address, send: ports.send, lanes: this.#lanes, parking: ports.parking },
      onDropped: (dropped) => ports.hooks.onDropped?.(dropped),
      onError: (error) => this.#report(error),
    });
    this.#effects = createActorEffects({
      address,
      logicOf: (src) => logicOf(kind.machine, src),
      slots: ports.slots,
      perActor: ports.effectsPerActor,
      lanes: this.#lanes,
      deliver: (command, signal) => this.#deliveries.tellSelf(command, signal),
      onEmit: (event) => this.#publish({ event }),
    });
  }

  get isBusy(): boolean {
    return this.#lanes.size > 0 || this.#effects.size > 0;
  }

  get isFull(): boolean {
    return this.#lanes.size >= this.#ports.maxUndone;
  }

  prepare(actions: readonly Action[]): Promise<void> | undefined {
    if (!actions.some(isWork)) return undefined;
    if (this.#lanes.size >= WITHIN * this.#ports.maxUndone) {
      const message = `Cannot take what leads to more: ${this.#lanes.size} deliveries wait`;
      return Promise.reject(new CommandError("RATE_LIMITED", message));
    }
    this.#expecting = true;
    return this.#mark.set();
  }

  perform(asked: Asked): Promise<void> | undefined {
    const { actions, state, seq, resumed } = asked;
    this.#expecting = false;
    this.#timers = state.timers;
    if (resumed && state.timers.size > 0) this.#mark.expectNote();
    const hasWork = actions.some(isWork) || (resumed && state.effects.size > 0);
    if (this.#stopped) return hasWork ? this.#refuse() : undefined;
    // It is there, if there is work; put anew it may be removed by this node when that is done.
    if (resumed && hasWork) this.#mark.set()?.catch((error) => this.#report(error));
    const askedUpTo = resumed ? this.#askedUpTo : 0;
    this.#askedUpTo = Math.max(this.#askedUpTo, seq);
    const undone: Promise<void>[] = [];
    for (const action of actions) {
      // Read from the log again after somebody else wrote to it: this node has done it already.
      if (positionOf(action) <= askedUpTo) continue;
      const doing = this.#do(action, asked);
      if (doing !== undefined) undone.push(doing);
    }
    if (resumed || actions.some(isOfEffects)) this.#effects.reconcile(state.effects);
    if (hasWork) this.#rest();
    if (undone.length === 0) return undefined;
    return Promise.all(undone).then(() => undefined);
  }

  async delivered(): Promise<void> {
    while (this.#lanes.size > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  adopt(seq: number): void {
    if (this.#stopped) return;
    this.#askedUpTo = Math.max(this.#askedUpTo, seq);
    this.#mark.expectNote();
    this.#mark.set()?.then(() => this.#rest(), (error) => this.#report(error));
    void this.rearmLate();
  }

  get isLate(): boolean {
    if (this.#stopped || this.#timers.size === 0) return false;
    const { now, lateMs } = this.#ports, at = now(), dueAt = nextDueAt(this.#timers) ?? at;
    return at >= this.#rearmAfter && dueAt < at - lateMs;
  }

  async rearmLate(): Promise<void> {
    if (!this.isLate) return;
    const { now, lateMs, hooks } = this.#ports, at = now();
    // Perhaps they are on their way and cannot be taken: that is not mended by more of them.
    this.#rearmAfter = at + SELDOM * lateMs;
    await Promise.all(
      lateTimers(this.#timers, at - lateMs).map((timer) => {
        hooks.onLate?.({ address: this.#address, timer });
        // What is given up is for whoever has the actor next.
        return this.#arm(timer).catch(() => undefined);
      }),
    );
  }

  stop(): void {
    if (this.#stopped) return;
    this.#leftover = this.isBusy || this.#expecting;
    this.#stopped = true;
    this.#effects.close();
    this.#lanes.close(new Error(`${this.#text} is left to another node`));
  }

  async close(): Promise<boolean> {
    this.stop();
    // Of a commit that was tried after that it may not be known whether it is in the log.
    this.#leftover ||= this.#expecting;
    if (this.#leftover) this.#mark.leave();
    else await this.#mark.clear().catch((error) => this.#report(error));
    return this.#leftover;
  }

  #refuse(): Promise<void> {
    this.#leftover = true;
    return Promise.reject(new Error(`${this.#text} is left to another node`));
  }

  /** Called when something has ended: perhaps it was the last thing. */
  #rest(): void {
    if (this.#lanes.size === 0) { for (const resolve of this.#waiting.splice(0)) resolve(); }
    const isDone = () => !this.isBusy && !this.#expecting;
    if (!this.#stopped && isDone()) this.#mark.clearLater(isDone);
  }

  #do(action: Action, { state, seq, resumed }: Asked): Promise<void> | undefined {
    switch (action.do) {
      case "startEffect":
        if (isCurrent(state.effects, action.effect)) this.#effects.start(action.effect);
        return;
      case "stopEffect":
        return; // All that have left the state are stopped in the end.
      case "sendToEffect":
        return void this.#effects.send(action.effect, action.event);
      case "arm":
        return isCurrent(state.timers, action.timer) ? this.#arm(action.timer) : undefined;
      case "cancel":
        // Armed by the very same commit, it never was. Found in the log, it is left to be refused as
        // stale when it comes: few are, and all of a long log would be asked for again.
        return resumed || action.timer.since.commit.seq === seq
          ? undefined
          : this.#cancel(action.timer);
      case "startChild":
        return this.#deliveries.startChild(action.child);
      case "stopChild":
        return this.#deliveries.stopChild(action.child);
      case "send":
        return this.#deliveries.send(action, state);
      case "emit":
        // For those who listen at the time: they have heard it, or were not there.
        if (!resumed) this.#publish({ event: action.event, ...placeOf(action.id) });
        return;
      case "run":
        return this.#run(action);
    }
  }

  #arm(timer: Timer): Promise<void> {
    return this.#attempt(`timer ${timer.id}`, () => this.#ports.timers.arm(this.#address, timer));
  }

  #cancel(timer: Timer): Promise<void> {
    return this.#attempt(
      `timer ${timer.id}`,
      () => this.#ports.timers.cancel(this.#address, timer),
    );
  }

  #attempt(lane: string, act: () => Promise<void>): Promise<void> {
    return this.#lanes.run(lane, async (signal) => {
      try {
        await persistently(act, signal);
      } catch (error) {
        if (isOver(error, signal)) throw error;
        this.#report(error);
      }
    });
  }

  #run({ name, key, run }: Extract<Action, { do: "run" }>): undefined {
    const { seq, index, nth } = placeOf(key);
    const full = `${this.#text}/${seq}.${index}/${nth}.${name}`;
    try {
      const result = run((info) => withKey({ ...info }, full));
      // As in XState nobody waits for it; what has to be waited for is an effect.
      if (result instanceof Promise) result.catch((error) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }

  #publish(message: LiveMessage): void {
    this.#ports.publish(this.#address, message);
  }

  #report(error: unknown): void {
    this.#ports.hooks.onError?.(error, { address: this.#address });
  }
}
