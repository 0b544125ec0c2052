/**
 * Reads the server-sent events of a hub.
 *
 * @module
 */
import { parseSSEFrames, type SSEEvent } from "@alkdev/operations/from-openapi";

/** One value of a subscription. */
export interface StreamItem {
  readonly value: unknown;
  /** Where it stands, if the stream can be taken up there. */
  readonly id?: string;
}

/** What became of a stream. */
export type StreamEvent =
  | ({ readonly is: "value" } & StreamItem)
  | { readonly is: "completed" }
  | { readonly is: "error"; readonly error: unknown }
  /** What came is no JSON: no hub sends that. */
  | { readonly is: "unreadable" }
  /** It ended, or fell silent, and was not over. */
  | { readonly is: "cut off" };

/**
 * Gives the events of a stream up to the one that ends it. Leaving early gives the connection up.
 *
 * @throws The reason of the request's signal if that was aborted.
 */
export async function* readStream(
  body: ReadableStream<Uint8Array>,
  { silenceMs }: { readonly silenceMs: number },
): AsyncGenerator<StreamEvent, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  try {
    for (;;) {
      const piece = await nextPiece(reader, silenceMs);
      if (piece === undefined) return yield { is: "cut off" };
      const { events, remaining } = parseSSEFrames(pending + piece);
      pending = remaining;
      for (const event of events) {
        const told = eventOf(event);
        yield told;
        if (told.is !== "value") return;
      }
    }
  } finally {
    // One that is broken already cannot be given up, and need not be.
    await reader.cancel().catch(() => undefined);
  }
}

/** What comes next; `undefined` for the end, a broken connection, and too long a silence. */
async function nextPiece(
  reader: ReadableStreamDefaultReader<string>,
  silenceMs: number,
): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), silenceMs);
  });
  const reading = reader.read().then(({ value }) => value, (error) => {
    // A request that was given up ends with the reason for that.
    if (error instanceof TypeError) return undefined;
    throw error;
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function eventOf({ eventType, data, lastEventId }: SSEEvent): StreamEvent {
  if (eventType === "completed") return { is: "completed" };
  const value = jsonIn(data);
  if (value === undefined) return { is: "unreadable" };
  if (eventType === "error") return { is: "error", error: value };
  return { is: "value", value, ...(lastEventId === "" ? {} : { id: lastEventId }) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // which is no JSON
  }
}
