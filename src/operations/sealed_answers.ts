/**
 * How a secret in an answer crosses NATS, where whoever may listen would read it: as a letter to the
 * process that asked.
 *
 * The request names the address of a letter box; the output of an answer that is sealed is the
 * letter, in place of the JSON that it holds. Few operations answer secrets, and the address would be
 * half of a small request: who asks names it when it was told, before anything was done, that the
 * answer is to be had sealed alone, and from then on with each call of that operation.
 *
 * @module
 */
import { mayHoldSecrets, type OperationView, parseOperationName } from "@alkdev/operations";

/** Of a request: where a sealed answer may be sent. */
export const ADDRESS_HEADER = "Hub-Answer-To";
/** Of an answer whose output is a letter, and of the refusal of a request that names no address for it. */
export const SEALED_HEADER = "Hub-Sealed";

/** What a letter with the output of an operation is about, however the operation was spelled. */
export function letterSubject(operation: string): string {
  return `answer:${parseOperationName(operation) ?? operation}`;
}

/** Whether what an operation of a view answers may hold a secret. */
export function answersSecretIn(view: OperationView, operation: string): boolean {
  const name = parseOperationName(operation);
  return name !== undefined && mayHoldSecrets(view.external(name)?.spec.outputSchema);
}
