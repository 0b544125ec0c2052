/**
 * Deliveries to actors that cannot be taken up: a message of their log is damaged, a machine fails on
 * its own past, or a newer version of it wrote there. At least once means that none is given up; but
 * what no try will mend soon is tried seldom, and somebody is told.
 *
 * @module
 */
import { type Address, backOff, pause } from "@hub/bus";
import type { AnyEventObject } from "xstate";
import { CommandError } from "./command.ts";
import { isPassing } from "./persistently.ts";

/** A delivery that waits for its receiver to be repaired. */
export interface Parked {
  readonly from: Address;
  readonly to: Address;
  readonly event: AnyEventObject;
  readonly error: unknown;
}

/** Told of what is parked, and of what has arrived, or was refused, after that. */
export interface ParkingHooks {
  readonly onParked?: (parked: Parked) => void;
  readonly onUnparked?: (parked: Parked) => void;
}

/** The deliveries of a node. */
export interface Parking {
  /** Those that are parked now. */
  readonly size: number;
  /**
   * Repeats `attempt` as long as its failure is one that passes or can be repaired.
   *
   * @throws The first other failure, or the signal's reason.
   */
  deliver(
    attempt: () => Promise<unknown>,
    about: Omit<Parked, "error"> & { readonly signal: AbortSignal },
  ): Promise<void>;
}

/** So often it is tried as whatever else that fails; then it is parked. */
const TRIES = 6;
/** Pauses double up to this: as often a timer is tried that cannot be brought to its actor. */
const LONGEST_MS = 30_000;
/** How often the first pause fits into the longest one. */
const GROWTH = 16;

export interface ParkingOptions extends ParkingHooks {
  /** How often a delivery is tried before it is parked. Default 6. */
  readonly tries?: number;
  /** Longest pause between two tries of what is parked. Default 30,000. */
  readonly longestMs?: number;
}

/** Creates an empty parking. */
export function createParking(options: ParkingOptions): Parking {
  const { onParked, onUnparked, tries: most = TRIES, longestMs = LONGEST_MS } = options;
  let size = 0;
  return {
    get size() {
      return size;
    },
    async deliver(attempt, { signal, ...about }) {
      let parked: Parked | undefined;
      // Counted anew whenever it fails for another reason: that one passes by itself.
      let lasting = 0;
      try {
        for (let tries = 1;; tries++) {
          signal.throwIfAborted();
          try {
            await attempt();
            break;
          } catch (error) {
            if (!isPassing(error)) throw error;
            lasting = error instanceof CommandError && error.isLasting ? lasting + 1 : 0;
            if (lasting === most && parked === undefined) {
              parked = { ...about, error };
              size++;
              onParked?.(parked);
            }
          }
          if (lasting < most) await backOff(tries, signal);
          else await pause(pauseAfter(lasting - most, longestMs), signal);
        }
      } finally {
        if (parked !== undefined) {
          size--;
          // Left to another node, it is parked there.
          if (!signal.aborted) onUnparked?.(parked);
        }
      }
    },
  };
}

/** Half of it random: what was parked together is not tried together. */
function pauseAfter(tries: number, longestMs: number): number {
  const full = Math.min(longestMs, longestMs / GROWTH * 2 ** tries);
  return full / 2 + Math.random() * full / 2;
}
