import { CallError, InfrastructureErrorCode, type OperationContext } from "@alkdev/operations";
import { awaitReply } from "../../../actors/runtime/replay/mod.ts";
import { type ActorOperationPorts, admit, signalOf, told } from "./ports.ts";
import type { AskInput, AskOutput } from "./schemas.ts";
import { sendTo } from "./send.ts";

/**
 * Sends an event and waits for the reply: the first event that the actor emits from then on, or the
 * end of the actor. Asked again with the same command id, it gets the same reply.
 */
export async function ask(
  ports: ActorOperationPorts,
  input: AskInput,
  context: OperationContext,
): Promise<AskOutput> {
  const { kind, id, reply: type } = input;
  // The reply shows what the actor holds.
  admit(ports.kinds, { kind, id }, { identity: context.identity, action: "read" });
  const asks = type === undefined ? {} : { type };
  const { address, known, answer } = await sendTo(ports, input, { context, asks });
  const { seq, index, value, changed } = answer;
  const question = { at: { seq, index }, type };
  const found = answer.reply ??
    await told(() => awaitReply(ports, address, { question, known, signal: signalOf(context) }));
  if (found === undefined) {
    throw new CallError(InfrastructureErrorCode.ABORTED, "nobody waits for the reply any more");
  }
  const { event, ...rest } = found;
  return { seq, index, value, changed, ...rest, ...(event === undefined ? {} : { reply: event }) };
}
