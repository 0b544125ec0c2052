/**
 * What a verdict means to whoever sent the command.
 *
 * @module
 */
import type { BusError } from "@hub/bus";
import { type Answer, CommandError } from "./command.ts";
import type { Verdict } from "./decide.ts";
import { isReserved } from "./definition.ts";
import type { LoggedEvent } from "./record.ts";
import type { Outcome } from "./state.ts";

/** Whoever waits for an answer. */
export interface Asker {
  /** Whether what was emitted is to be told. */
  readonly asks: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Tells the asker what became of the command. */
export function settleAs(verdict: Verdict, asker: Asker | undefined): void {
  if (asker === undefined) return;
  switch (verdict.is) {
    case "accepted": {
      const { outcome, emitted } = verdict;
      const isTold = asker.asks && emitted !== undefined;
      return asker.resolve({ ...answerOf(outcome), ...(isTold && { emitted }) });
    }
    case "repeated":
      return asker.resolve(answerOf(verdict.outcome));
    case "stale":
      return asker.reject(new CommandError("STALE", "It is under way no more"));
    case "refused":
      return asker.reject(new CommandError(verdict.refusal.code, verdict.refusal.message));
  }
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

/** What a caller is told when nobody knows what became of a command. */
export function unavailable(cause: BusError): CommandError {
  const message = "Cannot say what became of the command: send it again with the same id";
  return new CommandError("UNAVAILABLE", message, { cause });
}
