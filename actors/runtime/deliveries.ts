/**
 * What one actor has delivered: to others, to its children, and from what it began to itself.
 *
 * @module
 */
import { type Address, BusError } from "@hub/bus";
import type { AnyEventObject } from "xstate";
import { type Action, placeOf } from "./action.ts";
import { type Command, CommandError } from "./command.ts";
import { addressText, childAddress, parseAddress, STOP } from "./family.ts";
import type { Send } from "./forward.ts";
import type { Lanes } from "./lanes.ts";
import type { Parking } from "./parking.ts";
import { errorEvent, plainEvent } from "./plain_event.ts";
import { START } from "./record.ts";
import type { ActorState, Child } from "./state.ts";

/** An event that its receiver would not take. */
export interface Dropped {
  readonly from: Address;
  readonly to: Address;
  readonly event: AnyEventObject;
  readonly error: unknown;
}

/** What the deliveries of an actor need. */
export interface DeliveriesOptions {
  readonly address: Address;
  readonly send: Send;
  readonly lanes: Lanes;
  readonly parking: Parking;
  readonly onDropped: (dropped: Dropped) => void;
  readonly onError: (error: unknown) => void;
}

/** The deliveries of one actor: in order for each receiver, at least once. */
export interface Deliveries {
  /** `undefined` when there is nobody to send to. */
  send(action: Extract<Action, { do: "send" }>, state: ActorState): Promise<void> | undefined;
  startChild(child: Child): Promise<void>;
  stopChild(child: Child): Promise<void>;
  /** Gets a command to the actor itself, at once: what calls it has a lane of its own. */
  tellSelf(command: Command, signal: AbortSignal): Promise<void>;
}

type Refused = (error: unknown, signal: AbortSignal) => Promise<void> | void;

/** Creates the deliveries of an actor. */
export function createDeliveries(options: DeliveriesOptions): Deliveries {
  return new LaneDeliveries(options);
}

/** A class: there is one for each actor in memory, and closures would be made for each. */
class LaneDeliveries implements Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #address: Address;
  readonly #text: string;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#address = options.address;
    this.#text = addressText(options.address);
  }

  send(
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

  startChild(child: Child): Promise<void> {
    const { id, input, sync } = child;
    const to = childAddress(this.#address, child);
    const parent = { address: this.#text, id, sync };
    const failed = (error: unknown, signal: AbortSignal) =>
      this.tellSelf({
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

  stopChild(child: Child): Promise<void> {
    const to = childAddress(this.#address, child);
    const cause = { from: "actor", address: this.#text } as const;
    // It may have ended by itself, or never have begun: all the better.
    return this.#deliver(to, () => ({ id: "stop", event: STOP, cause }), () => undefined);
  }

  async tellSelf(command: Command, signal: AbortSignal): Promise<void> {
    try {
      await this.#insist(this.#address, command, signal);
    } catch (error) {
      if (isOver(error, signal)) throw error;
      // Stale: it is of no interest any more.
      if (!(error instanceof CommandError)) this.#options.onError(error);
    }
  }

  /** In order for each receiver; `refused` is called when it will never be taken. */
  #deliver(to: Address, make: () => Command, refused: Refused): Promise<void> {
    return this.#options.lanes.run(`to ${addressText(to)}`, async (signal) => {
      try {
        await this.#insist(to, make(), signal);
      } catch (error) {
        if (isOver(error, signal)) throw error;
        await refused(error, signal);
      }
    });
  }

  #insist(to: Address, command: Command, signal: AbortSignal): Promise<void> {
    const { parking, send } = this.#options;
    const about = { from: this.#address, to, event: command.event, signal };
    return parking.deliver(() => send(to, command), about);
  }

  #drop(dropped: Omit<Dropped, "from">): void {
    this.#options.onDropped({ from: this.#address, ...dropped });
  }
}

/** Whether it is not the receiver's word, but the end of this node's part in it. */
export function isOver(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof BusError && error.code === "CLOSED");
}
