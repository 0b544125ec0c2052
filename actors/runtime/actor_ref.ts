/**
 * Other actors, as a machine may send to them.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { type AnyActorRef, createActor, createMachine } from "xstate";

const addresses = new WeakMap<AnyActorRef, Address>();

/**
 * Stands for the actor at `address` as the target of `sendTo`. It has no state to be read and does
 * nothing by itself: the runtime delivers what is sent to it.
 */
export function actorRef(address: Address): AnyActorRef {
  const ref = createActor(createMachine({}), { id: `${address.kind}/${address.id}` });
  addresses.set(ref, address);
  return ref;
}

/** The address that a target of `sendTo` stands for. */
export function addressOf(ref: AnyActorRef): Address | undefined {
  return addresses.get(ref);
}
