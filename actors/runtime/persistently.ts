/**
 * Tries until it is known what came of it.
 *
 * @module
 */
import { backOff, BusError, pause, WrongLastSequence } from "@hub/bus";
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

/** Whether the same may succeed later. */
export function isPassing(error: unknown): boolean {
  return (error instanceof CommandError || error instanceof BusError) && error.retryable;
}

/** A server restarts in less, and three find a leader in less. */
const PATIENCE_MS = 10_000;
/** An attempt may take as long itself, when nobody answers. */
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 1_000;

/** How long patience lasts: until both are over. */
export interface Patience {
  /** Default 8. */
  readonly attempts?: number;
  /** Default 10,000. */
  readonly forMs?: number;
}

/**
 * Repeats `attempt` as long as it fails for reasons of the bus that pass, or because somebody else was
 * first; for a while, since somebody waits for it.
 *
 * @throws The first other failure, or the last one.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  { attempts = ATTEMPTS, forMs = PATIENCE_MS }: Patience = {},
): Promise<T> {
  const givesUpAt = performance.now() + forMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let tries = 1;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (!(error instanceof WrongLastSequence) && !error.retryable) throw error;
      if (tries >= attempts && performance.now() > givesUpAt) throw error;
    }
    await pause(pauseMs * (0.5 + Math.random()));
    pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
  }
}
