/**
 * Requests whose bodies can neither fill the memory nor come for ever.
 *
 * @module
 */
import { type BodyLimits, cutShort, Refusal, tooLarge, tooLate } from "../gateway/mod.ts";

type Bytes = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

/**
 * The same request; reading its body fails with a refusal where that is larger or slower than it may be.
 *
 * @throws {Refusal} 413 for one that says so beforehand.
 */
export function boundedRequest(request: Request, limits: BodyLimits): Request {
  const { body, headers } = request;
  if (body === null) return request;
  if (Number(headers.get("content-length")) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  return new Request(request, { body: boundedBody(body, limits) });
}

function boundedBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { maxBytes, timeoutMs }: BodyLimits,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let length = 0, leftMs = timeoutMs;

  /** Only its client's time counts: a route may take what has arrived as slowly as it likes. */
  async function next(): Promise<Bytes> {
    const startedAt = performance.now();
    const step = await inTime(reader.read(), leftMs);
    leftMs -= performance.now() - startedAt;
    return step;
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await next();
        if (done) return controller.close();
        length += value.byteLength;
        if (length > maxBytes) throw tooLarge(maxBytes);
        controller.enqueue(value);
      } catch (error) {
        // What comes of the rest, a closed connection above all, concerns nobody.
        reader.cancel().catch(() => {});
        controller.error(error instanceof Refusal ? error : cutShort());
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** @throws {Refusal} 408. */
function inTime(step: Promise<Bytes>, ms: number): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate()), ms);
    step.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
