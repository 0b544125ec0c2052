/**
 * The subject of a received message, read where it lies.
 *
 * @module
 */
import type { Msg } from "@nats-io/nats-core";
import { MsgImpl } from "@nats-io/nats-core/internal";

/**
 * What comes after so many characters of a subject in ASCII. The client has all of it decoded, which
 * for the few digits by which a reply is known costs more than all else that is done with them.
 */
export function endOfSubject(message: Msg, from: number): string {
  if (!(message instanceof MsgImpl)) return message.subject.slice(from);
  const { subject } = message._msg;
  let end = "";
  for (let at = from; at < subject.length; at++) end += String.fromCharCode(subject[at] ?? 0);
  return end;
}
