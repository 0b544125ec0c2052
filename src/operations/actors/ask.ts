import { CallError, InfrastructureErrorCode, type OperationContext } from "@alkdev/operations";
import { follow, type ReplayStep } from "../../../actors/runtime/replay/mod.ts";
import type { AnyEventObject } from "xstate";
import { type ActorOperationPorts, admit, signalOf, told } from "./ports.ts";
import type { AskInput, AskOutput } from "./schemas.ts";
import { sendTo } from "./send.ts";

/**
 * Sends an event and waits for the reply: the first event that the actor emits from then on, or the
 * end of the actor. Asked again with the same command id, it finds the same reply in the log.
 */
export async function ask(
  ports: ActorOperationPorts,
  input: AskInput,
  context: OperationContext,
): Promise<AskOutput> {
  const { kind, id } = input;
  // The reply shows what the actor holds.
  admit(ports.kinds, { kind, id }, { identity: context.identity, action: "read" });
  const { address, known, answer } = await sendTo(ports, input, { context, asks: true });
  const { seq, index, value, changed } = answer;
  const reply = answer.emitted?.find((event) => isAsked(event, input.reply));
  if (reply !== undefined) return { seq, index, value, changed, status: "active", reply };
  const signal = signalOf(context);
  // What comes after the event before it: the event itself may have emitted the reply.
  const from = { seq, index: index - 1 };
  const found = await told(async () => {
    for await (const followed of follow(ports, address, { known, from, signal })) {
      const reply = followed.is === "step" ? replyIn(followed.step, input.reply) : undefined;
      if (reply !== undefined) return reply;
    }
  });
  if (found !== undefined) return { seq, index, value, changed, ...found };
  throw new CallError(InfrastructureErrorCode.ABORTED, "nobody waits for the reply any more");
}

function replyIn(
  { after: { status, output, error }, emitted }: ReplayStep,
  type: string | undefined,
): Pick<AskOutput, "status" | "reply" | "output" | "error"> | undefined {
  const reply = emitted.find((event) => isAsked(event, type));
  if (reply === undefined && status === "active") return undefined;
  return {
    status,
    ...(reply === undefined ? {} : { reply }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}

function isAsked(event: AnyEventObject, type: string | undefined): boolean {
  return type === undefined || event.type === type;
}
