import type { OperationContext } from "@alkdev/operations";
import { noSuchActor } from "./errors.ts";
import { type ActorOperationPorts, admit, told } from "./ports.ts";
import type { AddressInput, SendOutput } from "./schemas.ts";

/** Ends an actor, with all that it began. */
export async function stop(
  { host, kinds }: ActorOperationPorts,
  input: AddressInput,
  { identity }: OperationContext,
): Promise<SendOutput> {
  const { address } = admit(kinds, input, { identity, action: "stop" });
  const by = identity === undefined ? {} : { by: identity.id };
  const answer = await told(() => host.stop(address, by));
  if (answer === undefined) throw noSuchActor(address);
  const { seq, index, value, changed } = answer;
  return { seq, index, value, changed };
}
