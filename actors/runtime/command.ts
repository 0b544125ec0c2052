/**
 * Commands on their way to an actor, and their answers.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
import type { Cause } from "./record.ts";
import type { Reply } from "./reply.ts";
import type { Refusal } from "./decide.ts";

/** One event for an actor. */
export interface Command {
  /** Chosen by the sender; a repeated id gets the first answer again. */
  readonly id: string;
  readonly event: AnyEventObject;
  readonly cause: Cause;
  /** Identity on whose behalf. */
  readonly by?: string;
  /** Where it stands in its trace: W3C's `traceparent`. */
  readonly trace?: string;
  /** Whether the answer is to tell the reply: what the actor emits from then on, or its end. */
  readonly asks?: boolean;
  /** Type of the emitted event that is the reply; without it: the first one. */
  readonly replyType?: string;
}

/** What a command led to. */
export interface Answer {
  /** Where the event stands in the log: sequence of the commit, and index in it. */
  readonly seq: number;
  readonly index: number;
  /** The machine's state value afterwards. */
  readonly value: unknown;
  readonly changed: boolean;
  /** For who asks, where it is known by then, and not if it is large: the log has it for good. */
  readonly reply?: Reply;
}

/** Codes of {@linkcode CommandError}. */
export type CommandErrorCode =
  | Refusal["code"]
  /** Something that was under way is not any more; nothing happened. */
  | "STALE"
  /** Too many commands wait; nothing happened. */
  | "RATE_LIMITED"
  /** It may or may not have happened: send it again with the same id. */
  | "UNAVAILABLE";

/** What may be said of a failure. */
export interface CommandErrorOptions extends ErrorOptions {
  /** Whether no try will mend it: the actor cannot be taken up before somebody repairs something. */
  readonly isLasting?: boolean;
}

const RETRYABLE: readonly CommandErrorCode[] = ["RATE_LIMITED", "UNAVAILABLE"];

/** Why a command has no answer; branch on {@linkcode CommandError.code}. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;
  /** Whether the actor cannot be taken up before something is repaired; then it is as it was. */
  readonly isLasting: boolean;

  constructor(code: CommandErrorCode, message: string, options: CommandErrorOptions = {}) {
    const { isLasting = false, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.isLasting = isLasting;
  }

  /** Whether the same command, with the same id, may get an answer later. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.code);
  }
}
