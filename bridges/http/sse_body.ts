/**
 * The values of a subscription as a body that its reader pulls.
 *
 * A value is asked for only when the connection can take it. What is ready at the same time travels
 * together: a small chunk costs as much as a large one.
 *
 * @module
 */
import type { CallValues, WireError } from "@alkdev/operations";
import { askNext, type NextValue } from "./next_value.ts";
import { COMPLETED, errorFrame, HEARTBEAT, valueFrame } from "./sse_frame.ts";

/** What a body is made of. */
export interface SseBodyParts {
  readonly values: CallValues;
  /** The value that has been asked for already. */
  readonly first: NextValue;
  /** Whether items say where they stand. */
  readonly isResumable: boolean;
  /** How often a reader hears something while there is no value. */
  readonly heartbeatMs: number;
  /** How long a reader may take nothing of what is there. */
  readonly stuckMs: number;
  /** What is told of a failure. */
  readonly tell: (thrown: unknown) => WireError;
  /** Called once, when there is nothing left to read, or nobody to read it. */
  readonly onEnd: () => void;
}

/** A chunk is sent once it has so many characters. */
const CHUNK = 16 * 1024;

/** What a reader is left with that took nothing for too long. */
const STUCK: WireError = {
  code: "ABORTED",
  message: "the stream was not read in time",
  retryable: true,
  details: { reason: "stuck" },
};

/** Creates the body. */
export function createSseBody(parts: SseBodyParts): ReadableStream<Uint8Array> {
  const { values, heartbeatMs, stuckMs, onEnd } = parts;
  const encoder = new TextEncoder();
  let next: NextValue | undefined = parts.first;
  let isOver = false, isLeft = false;
  let stuck: ReturnType<typeof setTimeout> | undefined;

  function end(): void {
    clearTimeout(stuck);
    if (isOver) return;
    isOver = true;
    onEnd();
  }

  /** All that is ready, at least one frame. */
  async function frames(): Promise<string> {
    let text = "";
    try {
      while (text.length < CHUNK) {
        next ??= askNext(values);
        const isThere = text === "" ? await next.isWithin(heartbeatMs) : await next.isReady();
        if (!isThere) break;
        const { done, value } = await next.step;
        next = undefined;
        if (done === true) {
          end();
          return text + COMPLETED;
        }
        text += valueFrame(value, parts.isResumable);
      }
    } catch (thrown) {
      end();
      void values.return();
      return text + errorFrame(parts.tell(thrown));
    }
    return text === "" ? HEARTBEAT : text;
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      clearTimeout(stuck);
      const text = await frames();
      // Its reader may have gone meanwhile: nobody takes anything, and nobody is waited for.
      if (isLeft) return;
      controller.enqueue(encoder.encode(text));
      if (isOver) return controller.close();
      // A reader that takes what it is given asks for more at once.
      stuck = setTimeout(() => {
        end();
        void values.return();
        controller.enqueue(encoder.encode(errorFrame(STUCK)));
        controller.close();
      }, stuckMs);
    },
    async cancel() {
      isLeft = true;
      end();
      await values.return();
    },
  }, { highWaterMark: 0 });
}
