/**
 * Tries until it is known what came of it.
 *
 * @module
 */
import { backOff, BusError } from "@hub/bus";
import { CommandError } from "./command.ts";

/** Repeats `attempt` as long as its failure is one that passes. @throws The first other failure. */
export async function persistently<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 1;; tries++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await backOff(tries, signal);
  }
}

function isPassing(error: unknown): boolean {
  return (error instanceof CommandError || error instanceof BusError) && error.retryable;
}
