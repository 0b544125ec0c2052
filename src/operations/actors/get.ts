import type { OperationContext } from "@alkdev/operations";
import { noSuchActor } from "./errors.ts";
import { type ActorOperationPorts, admit, told } from "./ports.ts";
import type { AddressInput } from "./schemas.ts";

/** How an actor is, as its owner has it; nothing is written. */
export async function get(
  { host, kinds }: ActorOperationPorts,
  input: AddressInput,
  { identity }: OperationContext,
) {
  const { address } = admit(kinds, input, { identity, action: "read" });
  const view = await told(() => host.get(address));
  if (view === undefined) throw noSuchActor(address);
  return view;
}
