/**
 * Commands on their way to an actor, and their answers.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
import type { Cause } from "./record.ts";
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
  /** Whether the answer is to tell what the actor emitted. */
  readonly asks?: boolean;
}

/** What a command led to. */
export interface Answer {
  /** Where the event stands in the log: sequence of the commit, and index in it. */
  readonly seq: number;
  readonly index: number;
  /** The machine's state value afterwards. */
  readonly value: unknown;
  readonly changed: boolean;
  /**
   * What the event made an actor emit that goes on: for who asks, once, and not if it is large. The log
   * has it for good.
   */
  readonly emitted?: readonly AnyEventObject[];
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

const RETRYABLE: readonly CommandErrorCode[] = ["RATE_LIMITED", "UNAVAILABLE"];

/** Why a command has no answer; branch on {@linkcode CommandError.code}. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether the same command, with the same id, may get an answer later. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.code);
  }
}
