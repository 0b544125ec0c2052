/**
 * Waits for the reply to a command that is in the log already.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { findReply, type Question, type Reply, wanted } from "../reply.ts";
import { follow, type FollowOptions, type FollowPorts, lastSnapshot } from "./follow.ts";
import type { ReplayStep } from "./replayer.ts";

/** Whose reply is awaited, and how. */
export interface AwaitReplyOptions extends Pick<FollowOptions, "known" | "signal" | "lookMs"> {
  readonly question: Question;
}

/**
 * Waits until an actor has replied, or has ended; `undefined` when the signal was aborted before.
 *
 * A snapshot remembers what the last commands led to. Where it is newer than the command it either has
 * the reply, or what comes after it will: so however long the log is, only its tail is read. It is read
 * from the beginning where the reply was too large to be kept, or the command is no longer remembered.
 *
 * @throws {CommandError} as following does.
 */
export async function awaitReply(
  ports: FollowPorts,
  address: Address,
  { question, ...options }: AwaitReplyOptions,
): Promise<Reply | undefined> {
  const { at, type } = question;
  const snapshot = await lastSnapshot(ports, { address, known: options.known });
  const found = snapshot !== undefined && snapshot.seq >= at.seq
    ? findReply(snapshot, question)
    : "none yet";
  if (typeof found !== "string") return found;
  // What comes after the event before it: the event itself may have emitted the reply.
  const from = { seq: at.seq, index: at.index - 1 };
  const after = found === "none yet" ? snapshot : undefined;
  for await (const followed of follow(ports, address, { ...options, from, after })) {
    const reply = followed.is === "step" ? replyIn(followed.step, type) : undefined;
    if (reply !== undefined) return reply;
  }
  return undefined;
}

function replyIn(
  { after: { status, output, error }, emitted }: ReplayStep,
  type: string | undefined,
): Reply | undefined {
  const event = wanted(emitted, type);
  if (event === undefined && status === "active") return undefined;
  return {
    status,
    ...(event === undefined ? {} : { event }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}
