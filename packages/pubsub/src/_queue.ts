import { DroppingBuffer, FixedBuffer, type RepeaterBuffer, SlidingBuffer } from "./_buffers.ts";
import { RepeaterOverflowError } from "./errors.ts";

/** What happens to a consumer that is as far behind as its buffer is long. */
export type OverflowPolicy = "throw" | "drop-oldest" | "drop-newest";

/** The bounded queue of one consumer. */
export interface ConsumerQueue {
  /** For the consumer's repeater. */
  readonly buffer: RepeaterBuffer;
  /** Whether one more event is too much for this consumer. */
  overflows(): boolean;
}

/**
 * Prepares the making of queues.
 *
 * @throws {TypeError} when the size is not a positive integer or the policy is unknown.
 */
export function createQueues(size: number, policy: OverflowPolicy): () => ConsumerQueue {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new TypeError(`Cannot use bufferSize ${size}: it must be a positive integer`);
  }
  switch (policy) {
    case "throw":
      return () => {
        const buffer = new FixedBuffer(size);
        return { buffer, overflows: () => buffer.full };
      };
    case "drop-oldest":
      return () => ({ buffer: new SlidingBuffer(size), overflows: () => false });
    case "drop-newest":
      return () => ({ buffer: new DroppingBuffer(size), overflows: () => false });
    default:
      throw new TypeError(
        `Cannot use overflow ${JSON.stringify(policy)}: ` +
          `it must be "throw", "drop-oldest" or "drop-newest"`,
      );
  }
}

/** What a consumer's loop throws when its queue is full. */
export function queueOverflow(topic: string, size: number): RepeaterOverflowError {
  return new RepeaterOverflowError(
    `Cannot queue more than ${size} events of ${topic} for one consumer: ` +
      `consume faster, raise bufferSize, or choose another overflow policy`,
  );
}
