/**
 * Sends call events away: joined to messages, some of them on their way at a time, and what does not
 * fit into a bounded memory meanwhile is dropped and counted. Nobody waits for any of it.
 *
 * Of calls whose beginning was told the end is never dropped, or they would be taken to run for ever:
 * there are no more of them than calls ran when there was room the last time, for beginnings are told
 * after all ends.
 *
 * @module
 */
import { backOff, type Bus, BusError, callEventSubject, encodeText } from "@hub/bus";
import { getLogger } from "../logger/mod.ts";

const log = getLogger("calls");

/** Something that will have a call event to tell, when it is asked. */
export interface Teller {
  /** Characters of inputs and outputs that it keeps until then. */
  readonly size: number;
  /** Whether that it began was told: then it tells how it ended. */
  readonly isTold: boolean;
  /** Gives them up. */
  forgetValues(): void;
  /** One of the `calls` of a `CallMessageBody`, as JSON; times count from `base`. */
  tell(base: number): string;
}

/** Takes events. */
export interface CallPublisher extends AsyncDisposable {
  /** Tells soon what `teller` has to say then; costs next to nothing now. */
  add(teller: Teller): void;
  /** Takes room for what one that waits has to say besides; whether there is any. */
  reserve(chars: number): boolean;
}

/** What publishing needs. */
export interface PublishCallsOptions {
  readonly bus: Bus;
  readonly node: string;
  /** Told of each message that is stored. */
  readonly onStored?: (seq: number) => void;
  /** Told of events that nobody will hear of. */
  readonly onDropped?: (events: number) => void;
  /** Events that wait at most. Default 16,384. */
  readonly maxWaiting?: number;
  /** Characters of their inputs and outputs that wait at most. Default 16 Mi. */
  readonly maxWaitingChars?: number;
}

/** How long an event may wait for others. */
const FLUSH_MS = 100;
/** So many are sent without waiting for more. */
const FULL = 1_024;
const MAX_WAITING = 16_384, MAX_WAITING_CHARS = 16 * 1024 * 1024;
/** Messages on their way; more would only wait in other places. */
const MAX_IN_FLIGHT = 4;
/** A message of the stream holds 512 KiB, and a character takes up to three bytes. */
const MAX_CHARS = 160 * 1024;
const LAST_WORDS_MS = 1_000;
const WARN_MS = 60_000;

/** Creates a publisher; disposing of it sends what waits. */
export function createCallPublisher(options: PublishCallsOptions): CallPublisher {
  const { bus, node, onStored, onDropped } = options;
  const { maxWaiting = MAX_WAITING, maxWaitingChars = MAX_WAITING_CHARS } = options;
  const subject = callEventSubject(bus.realm, node);
  const sending = new Set<Promise<void>>();
  const closing = new AbortController();
  /** Calls that were not told of yet, and ends of those that were. */
  let waiting: Teller[] = [], ends: Teller[] = [], waitingChars = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false, isClosed = false, warnedAt = -Infinity;

  const schedule = (ms: number) => timer = setTimeout(flush, ms);

  function add(teller: Teller): void {
    if (isClosed) return drop(1, "the node stops");
    const isRoom = teller.isTold || waiting.length < maxWaiting;
    if (!isRoom || !reserve(teller.size)) {
      if (!teller.isTold) return drop(1, "they wait for too long");
      teller.forgetValues();
      waitingChars += teller.size;
    }
    (teller.isTold ? ends : waiting).push(teller);
    const count = ends.length + waiting.length;
    if (count === 1) schedule(FLUSH_MS);
    else if (count === FULL && !isDue) {
      // Not in the path of the call that happens to be the last.
      isDue = true;
      clearTimeout(timer);
      schedule(0);
    }
  }

  function reserve(chars: number): boolean {
    if (waitingChars + chars > maxWaitingChars) return false;
    waitingChars += chars;
    return true;
  }

  function flush(): void {
    isDue = false;
    clearTimeout(timer);
    // What has no way now goes on when there is one again: see below.
    if (sending.size >= MAX_IN_FLIGHT || bus.status !== "connected") return;
    const tellers = ends.length === 0 ? waiting : [...ends, ...waiting];
    if (tellers.length === 0) return;
    [waiting, ends, waitingChars] = [[], [], 0];
    const base = performance.now(), head = `{"at":${Date.now()},"calls":[`;
    let text = "", count = 0;
    for (const [at, teller] of tellers.entries()) {
      const event = teller.tell(base);
      if (count > 0 && text.length + event.length > MAX_CHARS) {
        send(`${head}${text}]}`, count);
        [text, count] = ["", 0];
        if (sending.size >= MAX_IN_FLIGHT) {
          const rest = tellers.slice(at);
          ends = rest.filter(({ isTold }) => isTold);
          waiting = rest.filter(({ isTold }) => !isTold);
          waitingChars = rest.reduce((chars, { size }) => chars + size, 0);
          return;
        }
      }
      text += count === 0 ? event : `,${event}`;
      count += 1;
    }
    send(`${head}${text}]}`, count);
  }

  function send(text: string, count: number): void {
    const sent = store(encodeText(text), count).finally(() => {
      sending.delete(sent);
      if (ends.length + waiting.length > 0 && !isDue) flush();
    });
    sending.add(sent);
  }

  /** Not given up as long as it may still be stored: what it tells is told nowhere else. */
  async function store(body: Uint8Array, count: number): Promise<void> {
    // One that was stored although nobody said so is not stored again.
    const msgId = crypto.randomUUID();
    for (let tries = 1;; tries++) {
      try {
        const { seq } = await bus.requests.publish(subject, body, { msgId });
        return onStored?.(seq);
      } catch (error) {
        if (!isPassing(error) || isClosed) return drop(count, error);
        await backOff(tries, closing.signal).catch(() => undefined);
      }
    }
  }

  function drop(count: number, why: unknown): void {
    onDropped?.(count);
    if (performance.now() - warnedAt < WARN_MS) return;
    warnedAt = performance.now();
    log.warn("call events are lost", { error: why });
  }

  const forget = bus.onStatus((status) => {
    if (status === "connected") flush();
  });

  return {
    ...{ add, reserve },
    async [Symbol.asyncDispose]() {
      forget();
      isClosed = true;
      closing.abort();
      flush();
      let giveUp: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => giveUp = setTimeout(resolve, LAST_WORDS_MS));
      await Promise.race([late, settled(sending)]);
      clearTimeout(giveUp);
      const left = ends.length + waiting.length;
      if (left > 0) drop(left, "the node stops");
    },
  };
}

/** NATS is away: what was to be stored may be later. */
function isPassing(error: unknown): boolean {
  return error instanceof BusError && error.retryable;
}

/** Waits for all, and for those that begin meanwhile. */
async function settled(running: ReadonlySet<Promise<void>>): Promise<void> {
  while (running.size > 0) await Promise.all(running);
}
