/**
 * Answers that take long: a stream of events, so that nobody on the way takes the silence for an end.
 *
 * @module
 */
import type { Progress, ProgressToken } from "./progress.ts";

/** What a stream is made of. */
export interface AnswerStreamParts {
  /** The answer; `undefined` for none, because the client has given the request up. Never rejects. */
  readonly work: Promise<string | undefined>;
  readonly progress: Progress;
  /** Absent where the client does not want to hear of progress. */
  readonly token?: ProgressToken | undefined;
  /** How often something is said. */
  readonly beatMs: number;
  /** How long a reader may take nothing of what is there. */
  readonly stuckMs: number;
  /** Called once, when there is nothing left to read, or nobody to read it. */
  readonly onEnd: () => void;
}

/** Told where something did not come in time. */
export const LATE: unique symbol = Symbol("late");

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
  const { work, progress, token, beatMs, stuckMs, onEnd } = parts;
  const encoder = new TextEncoder();
  let stuck: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  function end(): void {
    clearTimeout(stuck);
    if (isOver) return;
    isOver = true;
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

  return new ReadableStream<Uint8Array>({
    start: expectReader,
    async pull(controller) {
      clearTimeout(stuck);
      const news = token === undefined ? work : Promise.race([work, newsOf(progress)]);
      const text = await within(news, beatMs);
      // Its reader may have gone meanwhile.
      if (isOver) return;
      if (text === LATE) {
        controller.enqueue(encoder.encode(beatOf(parts)));
        return expectReader(controller);
      }
      if (text !== undefined) controller.enqueue(encoder.encode(eventOf(text)));
      controller.close();
      end();
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** There is something to say before it is time to. */
async function newsOf(progress: Progress): Promise<typeof LATE> {
  await progress.news();
  return LATE;
}

function beatOf({ token, progress }: AnswerStreamParts): string {
  const report = token === undefined ? undefined : progress.read();
  if (report === undefined) return HEARTBEAT;
  const params = { progressToken: token, ...report };
  return eventOf(JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params }));
}

/** JSON has no line breaks but those that are asked for. */
function eventOf(text: string): string {
  return `event: message\ndata: ${text}\n\n`;
}
