/**
 * Answers that end, at the latest, where they are too long.
 *
 * @module
 */

const LINE_FEED = 10, CARRIAGE_RETURN = 13;

/** How an answer ends early. */
export interface BoundOptions {
  readonly maxResponseBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * The same answer, whose body fails once it is longer than `maxResponseBytes`; that of a stream of
 * events once one event is.
 */
export function boundedResponse(
  response: Response,
  { maxResponseBytes, signal }: BoundOptions,
): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  const isEvents = headers.get("content-type")?.includes("text/event-stream") === true;
  const measure = isEvents ? longestEvent() : total();
  const bounded = body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        if (measure(chunk) > maxResponseBytes) {
          const message = `Cannot read the answer: it is larger than ${maxResponseBytes} bytes`;
          controller.error(new RangeError(message));
        } else controller.enqueue(chunk);
      },
    }),
    // An abort of the request does not surely reach a body that is read through this.
    signal === undefined ? {} : { signal },
  );
  return new Response(bounded, { status, statusText, headers });
}

function total(): (chunk: Uint8Array) => number {
  let length = 0;
  return (chunk) => length += chunk.length;
}

/** Bytes since the last empty line; of a chunk with several events, at its end. */
function longestEvent(): (chunk: Uint8Array) => number {
  let length = 0, wasFeed = false;
  return (chunk) => {
    for (const byte of chunk) {
      length += 1;
      if (byte === LINE_FEED) {
        if (wasFeed) length = 0;
        wasFeed = true;
      } else if (byte !== CARRIAGE_RETURN) wasFeed = false;
    }
    return length;
  };
}
