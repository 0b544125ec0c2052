/**
 * Does what one actor asks for: effects, timers, sends, children, its own actions.
 *
 * @module
 */
import { type Address, BusError } from "@hub/bus";
import type { AnyEventObject } from "xstate";
import { type Action, isOfEffects, isWork, placeOf, positionOf } from "./action.ts";
import { type ActorEffects, createActorEffects } from "./actor_effects.ts";
import type { ActiveActors } from "./active_actors.ts";
import { type Command, CommandError } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import type { Asked, Duties } from "./duties.ts";
import type { EffectSlots } from "./effect_slots.ts";
import { addressText, childAddress, parseAddress, STOP } from "./family.ts";
import type { Send } from "./forward.ts";
import { withKey } from "./idempotency_key.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import type { Live, LiveMessage } from "./live.ts";
import { persistently } from "./persistently.ts";
import { errorEvent, plainEvent } from "./plain_event.ts";
import { START } from "./record.ts";
import { logicOf } from "./run_effect.ts";
import { type ActorState, type Child, isCurrent, type Timer } from "./state.ts";
import type { Timers } from "./timers.ts";
import { createWorkMark, type WorkMark } from "./work_mark.ts";

/** An event that its receiver would not take. */
export interface Dropped {
  readonly from: Address;
  readonly to: Address;
  readonly event: AnyEventObject;
  readonly error: unknown;
}

/** Told of what nobody else is told of. */
export interface DutyHooks {
  readonly onDropped?: (dropped: Dropped) => void;
  /** Something that an actor asked for has failed; the actor goes on. */
  readonly onError?: (error: unknown, about: { readonly address?: Address }) => void;
}

/** What is the same for all actors of a node. */
export interface DutyPorts {
  readonly send: Send;
  readonly active: ActiveActors;
  readonly timers: Timers;
  readonly slots: EffectSlots;
  readonly effectsPerActor: number;
  /** Deliveries of one actor that may wait; above that it takes no commands of callers. */
  readonly maxUndone: number;
  readonly publish: Live["publish"];
  readonly hooks: DutyHooks;
}

/** The duties towards one actor. */
export interface ActorDuties extends Duties {
  /** Whether an effect runs or something is still to be delivered. */
  readonly isBusy: boolean;
  /** Resolves once everything but effects is done. */
  delivered(): Promise<void>;
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
  readonly #effects: ActorEffects;
  readonly #mark: WorkMark;
  readonly #waiting: (() => void)[] = [];
  /** Between `prepare` and `perform`: work may be in the log of which nothing is under way yet. */
  #expecting = false;
  #stopped = false;
  #leftover = false;
  /** All actions up to this commit have been asked for here. */
  #askedUpTo = 0;

  constructor(ports: DutyPorts, address: Address, kind: ActorKind) {
    this.#ports = ports;
    this.#address = address;
    this.#text = addressText(address);
    this.#mark = createWorkMark(ports.active, address);
    this.#lanes = createLanes(() => this.#rest());
    this.#effects = createActorEffects({
      address,
      logicOf: (src) => logicOf(kind.machine, src),
      slots: ports.slots,
      perActor: ports.effectsPerActor,
      lanes: this.#lanes,
      deliver: (command, signal) => this.#tellSelf(command, signal),
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

  stop(): void {
    if (this.#stopped) return;
    this.#leftover = this.isBusy || this.#expecting;
    this.#stopped = true;
    this.#effects.close();
    this.#lanes.close(new Error(`${this.#text} is left to another node`));
  }

  async close(): Promise<boolean> {
    this.stop();
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
        return this.#startChild(action.child);
      case "stopChild":
        return this.#stopChild(action.child);
      case "send":
        return this.#send(action, state);
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

  #send(
    { target, child, event, id }: Extract<Action, { do: "send" }>,
    { parent }: ActorState,
  ): Promise<void> | undefined {
    const to = target.to === "self"
      ? this.#address
      : target.to === "address"
      ? target.address
      : target.to === "parent" && parent !== undefined
      ? parseAddress(parent.address)
      : child && childAddress(this.#address, child);
    if (to === undefined) {
      const error = new CommandError("ILLEGAL_STATE", `There is no ${target.to} to send to`);
      this.#drop({ to: this.#address, event, error });
      return undefined;
    }
    const { seq, index, nth } = placeOf(id);
    const command = () => ({
      id: `send:${this.#text}/${seq}.${index}/${nth}`,
      event: plainEvent(event),
      cause: { from: "actor", address: this.#text } as const,
    });
    return this.#deliver(to, command, (error) => this.#drop({ to, event, error }));
  }

  #startChild(child: Child): Promise<void> {
    const { id, input, sync } = child;
    const to = childAddress(this.#address, child);
    const parent = { address: this.#text, id, sync };
    const failed = (error: unknown, signal: AbortSignal) =>
      this.#tellSelf({
        id: `start:${addressText(to)}`,
        event: plainEvent(errorEvent(id, error)),
        cause: { from: "actor", address: addressText(to) },
      }, signal);
    const begun = () => {
      const { input: plain } = plainEvent({ ...START, input });
      const given = plain === undefined ? {} : { input: plain };
      return { id: "start", event: START, cause: { from: "start" as const, ...given, parent } };
    };
    return this.#deliver(to, begun, failed);
  }

  #stopChild(child: Child): Promise<void> {
    const to = childAddress(this.#address, child);
    const cause = { from: "actor", address: this.#text } as const;
    // It may have ended by itself, or never have begun: all the better.
    return this.#deliver(to, () => ({ id: "stop", event: STOP, cause }), () => undefined);
  }

  /** In order for each receiver; `refused` is called when it will never be taken. */
  #deliver(
    to: Address,
    make: () => Command,
    refused: (error: unknown, signal: AbortSignal) => Promise<void> | void,
  ): Promise<void> {
    return this.#lanes.run(`to ${addressText(to)}`, async (signal) => {
      try {
        const command = make();
        await persistently(() => this.#ports.send(to, command), signal);
      } catch (error) {
        if (isOver(error, signal)) throw error;
        await refused(error, signal);
      }
    });
  }

  async #tellSelf(command: Command, signal: AbortSignal): Promise<void> {
    try {
      await persistently(() => this.#ports.send(this.#address, command), signal);
    } catch (error) {
      if (isOver(error, signal)) throw error;
      // Stale: it is of no interest any more.
      if (!(error instanceof CommandError)) this.#report(error);
    }
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

  #drop(dropped: Omit<Dropped, "from">): void {
    this.#ports.hooks.onDropped?.({ from: this.#address, ...dropped });
  }

  #report(error: unknown): void {
    this.#ports.hooks.onError?.(error, { address: this.#address });
  }
}

/** Whether it is not the receiver's word, but the end of this node's part in it. */
function isOver(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof BusError && error.code === "CLOSED");
}
