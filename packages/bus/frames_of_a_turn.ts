/**
 * Joins what is sent within one turn of the event loop.
 *
 * The client joins what is sent before the microtasks of one callback are done. Where each of many
 * requests arrives in a callback of its own, each would send for itself: a call of the system here, and
 * one at the server and one back for each of them, which is most of what such a request costs.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** So much is sent without waiting for the end of the turn. */
const MAX_BYTES = 64 * 1024;

/** Frames on their way to a socket, in their order. */
export class FramesOfATurn {
  readonly #send: (frame: Uint8Array) => void;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #isLater = false;

  /** `send` is given what is to be written at once. */
  constructor(send: (frame: Uint8Array) => void) {
    this.#send = send;
  }

  /** Sends a frame: at once where nothing was sent in this turn yet, so that a lone one never waits. */
  add(frame: Uint8Array): void {
    if (!this.#isLater) {
      this.#send(frame);
      return this.#waitForEnd();
    }
    this.#bytes += frame.length;
    this.#waiting.push(frame);
    if (this.#bytes >= MAX_BYTES) this.flush();
  }

  /** Sends what waits. */
  flush(): void {
    const waiting = this.#waiting, [first] = waiting, length = this.#bytes;
    if (first === undefined) return;
    [this.#waiting, this.#bytes] = [[], 0];
    this.#send(waiting.length === 1 ? first : joined(waiting, length));
  }

  #waitForEnd(): void {
    this.#isLater = true;
    setImmediate(() => {
      this.#isLater = false;
      if (this.#waiting.length === 0) return;
      this.flush();
      // Where there is much to send, the next turn's is sent as one as well.
      this.#waitForEnd();
    });
  }
}

function joined(frames: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}
