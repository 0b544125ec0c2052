/**
 * What a verdict means to whoever sent the command.
 *
 * @module
 */
import type { BusError } from "@hub/bus";
import { type Answer, CommandError } from "./command.ts";
import type { Verdict } from "./decide.ts";
import { isReserved } from "./definition.ts";
import type { Loaded } from "./persist.ts";
import type { LoggedEvent } from "./record.ts";
import { findReply, type Question, type Reply, wanted } from "./reply.ts";
import type { Outcome } from "./state.ts";

/** Whoever waits for an answer. */
export interface Asker {
  /** Whether the reply is to be told, and which type of event that is. */
  readonly asks: boolean;
  readonly replyType: string | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Tells the asker what became of the command; `loaded` is the actor after its whole group. */
export function settleAs(verdict: Verdict, asker: Asker | undefined, loaded: Loaded): void {
  if (asker === undefined) return;
  switch (verdict.is) {
    case "accepted":
    case "repeated": {
      const answer = answerOf(verdict.outcome);
      const reply = asker.asks ? replyTo(verdict, { loaded, at: answer, asker }) : undefined;
      return asker.resolve(reply === undefined ? answer : { ...answer, reply });
    }
    case "stale":
      return asker.reject(new CommandError("STALE", "It is under way no more"));
    case "refused":
      return asker.reject(new CommandError(verdict.refusal.code, verdict.refusal.message));
  }
}

function replyTo(
  verdict: Extract<Verdict, { outcome: Outcome }>,
  { loaded, at, asker: { replyType: type } }: {
    readonly loaded: Loaded;
    readonly at: Question["at"];
    readonly asker: Asker;
  },
): Reply | undefined {
  if (verdict.is === "accepted" && loaded.state.snapshot.status === "active") {
    const event = wanted(verdict.emitted, type);
    if (event !== undefined) return { status: "active", event };
  }
  const found = findReply(loaded, { at, type });
  return typeof found === "string" ? undefined : found;
}

function answerOf({ position: { commit, index }, value, changed }: Outcome): Answer {
  return { seq: commit.seq, index, value, changed };
}

/** Whether a node that is behind the log would say otherwise. */
export function dependsOnState(verdict: Verdict): boolean {
  return verdict.is === "stale" ||
    (verdict.is === "refused" && verdict.refusal.code !== "VALIDATION_ERROR");
}

/** Whether a command makes its actor, if there is none; what comes from within makes nobody. */
export function makesActor({ cause, event }: LoggedEvent): boolean {
  return cause.from === "caller" || (cause.from === "actor" && !isReserved(event.type));
}

/**
 * What a caller is told when an actor cannot be taken up: what is wrong with neither the command nor
 * the bus is wrong with what is stored, or with its machine.
 */
export function untakeable(cause: unknown): CommandError {
  if (cause instanceof CommandError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CommandError("UNAVAILABLE", reason, { cause, isLasting: true });
}

/** What a caller is told when nobody knows what became of a command. */
export function unavailable(cause: BusError): CommandError {
  const message = "Cannot say what became of the command: send it again with the same id";
  return new CommandError("UNAVAILABLE", message, { cause });
}
