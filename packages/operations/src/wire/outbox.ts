/**
 * What leaves over one connection, and who waits for it to leave.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import type { WireEvent } from "./events.ts";
import { exceedsUtf8 } from "./json.ts";
import type { WireLimits } from "./limits.ts";
import { writeFrame } from "./write_frame.ts";

const log = getLogger("operations:call");

/** What an outbox needs. */
export interface OutboxOptions {
  /** Gives a frame to the transport; a promise it returns settles once the frame has left. */
  readonly send: (frame: string) => void | Promise<void>;
  /** Called when the transport fails, or takes nothing for too long. */
  readonly onStuck: (reason: string) => void;
  readonly limits: WireLimits;
  readonly clock: Clock;
}

/** Frames on their way to the transport. */
export class Outbox {
  readonly #options: OutboxOptions;
  #unsentBytes = 0;
  #written = 0;
  #waiting: (() => void)[] = [];
  #disarm: (() => void) | undefined;
  #closed = false;

  /** Makes an empty outbox. */
  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Frames that were written. */
  get written(): number {
    return this.#written;
  }

  /** Bytes that the transport has not taken. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /**
   * Sends one event.
   *
   * @throws {RangeError} if it makes a frame that no peer would take.
   * @throws {TypeError} if a value in it is no JSON.
   */
  write(event: WireEvent): void {
    if (this.#closed) return;
    const frame = writeFrame(event);
    const { frameBytes } = this.#options.limits;
    if (exceedsUtf8(frame, frameBytes)) {
      throw new RangeError(`Cannot send ${event.type}: it takes more than ${frameBytes} bytes`);
    }
    this.#written += 1;
    try {
      const sent = this.#options.send(frame);
      if (sent !== undefined) this.#track(frame.length, sent);
    } catch (error) {
      log.error("transport failed", { error });
      this.#options.onStuck("transport failed");
    }
  }

  /** Whether the transport has to take something before it is given more. */
  get isFull(): boolean {
    return !this.#closed && this.#unsentBytes > this.#options.limits.unsentBytes;
  }

  /** Resolves when the transport can take more; `undefined` if it can now. */
  ready(): Promise<void> | undefined {
    if (!this.isFull) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends nothing more, and lets everybody go on who waits. */
  close(): void {
    this.#closed = true;
    this.#rest();
  }

  #track(bytes: number, sent: Promise<void>): void {
    const { limits, onStuck } = this.#options;
    this.#unsentBytes += bytes;
    if (this.#unsentBytes > limits.unsentBytes) this.#watch();
    // Answers are not paused by anybody who only asks: without an end they would fill the memory.
    if (this.#unsentBytes > limits.maxUnsentBytes) onStuck("transport takes too little");
    sent.then(() => this.#left(bytes), () => {
      this.#left(bytes);
      if (!this.#closed) this.#options.onStuck("transport failed");
    });
  }

  #left(bytes: number): void {
    this.#unsentBytes -= bytes;
    if (this.#unsentBytes <= this.#options.limits.unsentBytes) return this.#rest();
    // It takes something: the time that it may take nothing begins anew.
    this.#disarm?.();
    this.#disarm = undefined;
    if (!this.#closed) this.#watch();
  }

  #watch(): void {
    const { clock, limits, onStuck } = this.#options;
    this.#disarm ??= clock.after(limits.stuckMs, () => onStuck("transport takes nothing"));
  }

  #rest(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
