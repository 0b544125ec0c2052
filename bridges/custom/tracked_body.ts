import type { Cancellation } from "@alkdev/operations";

/** How long a route may say something after it was told to end. */
const LAST_WORDS_MS = 500;

/** Who hears what of a body. */
export interface TrackedBodyOptions {
  /** Ends the body: at once if its route heeds it, and a little later if that does not. */
  readonly cancellation: Cancellation;
  /** Called when nothing comes any more. */
  readonly onEnd: () => void;
  /** Called when nobody reads. */
  readonly onLeft: () => void;
}

/** The same bytes; one of the two hears, once, that nothing comes any more, or that nobody reads. */
export function trackedBody(
  body: ReadableStream<Uint8Array>,
  { cancellation, onEnd, onLeft }: TrackedBodyOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let late: ReturnType<typeof setTimeout> | undefined;
  let forget = () => {};

  function end(): void {
    clearTimeout(late);
    forget();
    onEnd();
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      const giveUp = () => {
        late = setTimeout(() => {
          end();
          controller.error(new Error("The route goes on after its end"));
          // What it makes of that concerns nobody any more.
          reader.cancel().catch(() => {});
        }, LAST_WORDS_MS);
      };
      forget = cancellation.onAbort(giveUp);
      if (cancellation.aborted) giveUp();
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel(reason) {
      clearTimeout(late);
      forget();
      onLeft();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
