/**
 * What an actor needs to have done for it, once its commits are durable.
 *
 * @module
 */
import type { Action } from "./action.ts";
import type { ActorState } from "./state.ts";

/** What commits asked for, in the order of the log. */
export interface Asked {
  readonly actions: readonly Action[];
  /** After all of it. */
  readonly state: ActorState;
  /** Of the last commit. */
  readonly seq: number;
  /** Whether it was read from the log: it may have been done, here or at another node. */
  readonly resumed: boolean;
}

/** Does what an actor asks for. */
export interface Duties {
  /** Whether so much is undone that no caller may ask for more; what comes from within still may. */
  readonly isFull?: boolean;
  /** Sees to it that `actions` are found again if this node dies right after they are committed. */
  prepare(actions: readonly Action[]): Promise<void> | undefined;
  /**
   * Does what was asked for, at least once; resolves when a snapshot may leave it out, and rejects
   * when none may because it was given up.
   */
  perform(asked: Asked): Promise<void> | undefined;
}
