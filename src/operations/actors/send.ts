import { type OperationContext, traceparent } from "@alkdev/operations";
import type { Answer } from "../../../actors/runtime/mod.ts";
import { type ActorOperationPorts, admit, type Admitted, told } from "./ports.ts";
import type { SendInput, SendOutput } from "./schemas.ts";

/** Sends an event and answers once it is durable. */
export async function send(
  ports: ActorOperationPorts,
  input: SendInput,
  context: OperationContext,
): Promise<SendOutput> {
  const { answer: { seq, index, value, changed } } = await sendTo(ports, input, { context });
  return { seq, index, value, changed };
}

/** Sends an event to an actor that the caller may send to. */
export async function sendTo(
  { host, kinds }: ActorOperationPorts,
  { kind, id, event, commandId = crypto.randomUUID() }: SendInput,
  { context: { identity, trace }, asks }: {
    readonly context: OperationContext;
    /** Wants to be told the reply, of this type if it matters. */
    readonly asks?: { readonly type?: string };
  },
): Promise<Admitted & { readonly answer: Answer }> {
  const admitted = admit(kinds, { kind, id }, { identity, action: "send" });
  const answer = await told(() =>
    host.send(admitted.address, {
      // The runtime has ids of its own, which a caller must not be able to use up.
      id: `call:${commandId}`,
      event,
      cause: { from: "caller" },
      ...(asks === undefined ? {} : { asks: true }),
      ...(asks?.type === undefined ? {} : { replyType: asks.type }),
      ...(identity === undefined ? {} : { by: identity.id }),
      ...(trace === undefined ? {} : { trace: traceparent(trace) }),
    })
  );
  return { ...admitted, answer };
}
