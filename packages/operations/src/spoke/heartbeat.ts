/**
 * Notices that the other side has gone without a word.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** What a heartbeat needs. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Silence after which the other side is asked whether it is there; after as much again, it is not. */
  readonly idleMs: number;
  /** Asks. Any answer counts. */
  readonly probe: () => void;
  readonly onDead: () => void;
}

/** Listens to the other side. */
export interface Heartbeat {
  /** Something came. */
  heard(): void;
  stop(): void;
}

/**
 * Starts to listen. The hub pings, but no program sees pings, and a socket whose other end is frozen
 * or unplugged stays open for a long time.
 */
export function startHeartbeat({ clock, idleMs, probe, onDead }: HeartbeatOptions): Heartbeat {
  let isSilent = true, wasAsked = false;
  let disarm = () => {};

  function look(): void {
    disarm = clock.after(idleMs, () => {
      if (isSilent && wasAsked) return onDead();
      wasAsked = isSilent;
      if (isSilent) probe();
      isSilent = true;
      look();
    });
  }

  look();
  return {
    heard: () => void (isSilent = false),
    stop: () => disarm(),
  };
}
