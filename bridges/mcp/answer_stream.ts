/**
 * Answers that take long: a stream of events, so that nobody on the way takes the silence for an end.
 *
 * @module
 */
import { createWaiting } from "./waiting.ts";

/** What there is to say before the answer. */
export interface News {
  /** Whether there is something that is worth saying before it is time to. */
  readonly hasNews: boolean;
  /** Messages to be said now, the first first; what was given once is not given again. */
  read(): readonly string[];
  /** Calls `listener`, and nobody else from then on, whenever there is something new. */
  onNews(listener: () => void): void;
}

/** What a stream is made of. */
export interface AnswerStreamParts {
  /** The answer; `undefined` for none, because the client has given the request up. Never rejects. */
  readonly work: Promise<string | undefined>;
  /** Absent where the client does not want to hear of anything but the answer. */
  readonly news?: News | undefined;
  /** How often something is said. */
  readonly beatMs: number;
  /** How long a reader may take nothing of what is there. */
  readonly stuckMs: number;
  /** Called once, when there is nothing left to read, or nobody to read it. */
  readonly onEnd: () => void;
}

/** Told where something did not come in time. */
export const LATE: unique symbol = Symbol("late");

/** How soon after something the next thing is said, however fast an operation comes on. */
export const GAP_MS = 100;

/** A comment: keeps the connection open, and is no event. */
const HEARTBEAT = ":\n\n";

/** What comes of `work`, if it comes within a time. */
export function within<T>(work: Promise<T>, ms: number): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(LATE), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Creates the body, which its reader pulls. */
export function createAnswerStream(parts: AnswerStreamParts): ReadableStream<Uint8Array> {
  const { work, news, beatMs, stuckMs, onEnd } = parts;
  const encoder = new TextEncoder(), { wait, wake } = createWaiting();
  let stuck: ReturnType<typeof setTimeout> | undefined;
  let isOver = false, isDone = false, answer: string | undefined, saidAt = -Infinity;
  // Once for all: whoever waits for it anew each time is kept by it until it is there.
  void work.then((text) => {
    isDone = true;
    answer = text;
    wake();
  });
  news?.onNews(wake);

  function end(): void {
    clearTimeout(stuck);
    if (isOver) return;
    isOver = true;
    wake();
    onEnd();
  }

  /** A reader that takes what it is given asks for more at once. */
  function expectReader(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // A reader may go away at the very moment it is given something.
    if (isOver) return;
    stuck = setTimeout(() => {
      controller.error(new Error("The reader takes nothing"));
      end();
    }, stuckMs);
  }

  /** Until there is the answer, or something to say, be it that it goes on. */
  async function next(): Promise<void> {
    const isEnd = () => isDone || isOver;
    const gapMs = news === undefined ? 0 : Math.max(0, saidAt + GAP_MS - performance.now());
    await wait(gapMs, isEnd);
    await wait(beatMs - gapMs, () => isEnd() || hasNews(parts));
  }

  return new ReadableStream<Uint8Array>({
    start: expectReader,
    async pull(controller) {
      clearTimeout(stuck);
      await next();
      // Its reader may have gone meanwhile.
      if (isOver) return;
      saidAt = performance.now();
      if (!isDone) {
        controller.enqueue(encoder.encode(beatOf(parts)));
        return expectReader(controller);
      }
      if (answer !== undefined) {
        // What an operation said last is told, however soon its end has come.
        const last = hasNews(parts) ? beatOf(parts) : "";
        controller.enqueue(encoder.encode(last + eventOf(answer)));
      }
      controller.close();
      end();
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** There is something to say before it is time to. */
function hasNews({ news }: AnswerStreamParts): boolean {
  return news?.hasNews === true;
}

function beatOf({ news }: AnswerStreamParts): string {
  const messages = news?.read() ?? [];
  return messages.length === 0 ? HEARTBEAT : messages.map(eventOf).join("");
}

/** JSON has no line breaks but those that are asked for. */
function eventOf(text: string): string {
  return `event: message\ndata: ${text}\n\n`;
}
