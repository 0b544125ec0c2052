/**
 * Keeps what the stream tells of calls where it can be asked for, and forgets what is old. Every node
 * does that; for each step one of them gets the turn.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import {
  backOff,
  type Bus,
  BusError,
  callEventFilter,
  decodeText,
  parseCallEventSubject,
  pause,
  streamBounds,
  type StreamReader,
} from "@hub/bus";
import { createWakeUp } from "../../actors/runtime/replay/mod.ts";
import { getLogger } from "../logger/mod.ts";
import type { CallProjection, LiveNodes, ReadCalls, ToldMessage } from "./call_store.ts";

const log = getLogger("calls");

/** What projecting needs. */
export interface ProjectCallsOptions {
  readonly bus: Bus;
  readonly reader: StreamReader;
  readonly projection: CallProjection;
  readonly retentionMs: number;
  readonly live: () => LiveNodes;
  /** Told of messages that were gone before they were read. */
  readonly onMissed?: (messages: number) => void;
}

/** Projects until it is disposed of. */
export interface CallProjector extends AsyncDisposable {
  /** Says that there is something new. */
  nudge(): void;
}

/** Messages that are taken at once, and how much of them. */
const MAX_MESSAGES = 256, MAX_CHARS = 4 * 1024 * 1024;
/** Between two steps, so that each takes more. */
const REST_MS = 250;
/** How often it is looked whether a node that is gone has left something. */
const LOOK_MS = 15_000;
const CLEAN_MS = 60_000;

/** Begins to project. */
export function projectCalls(options: ProjectCallsOptions): CallProjector {
  const { projection, retentionMs, live, onMissed } = options;
  const closing = new AbortController(), { signal } = closing;
  const news = createWakeUp(signal);
  let cleanedAt = -Infinity;
  /** Where reading failed, and how many messages are to be tried there: in the end none but to pass. */
  let trouble: { readonly after: number; readonly messages: number } | undefined;

  const messagesAfter = (after: number) =>
    trouble?.after === after ? trouble.messages : MAX_MESSAGES;

  /** Whether there may be more. */
  async function step(): Promise<boolean> {
    let read: ReadCalls | undefined, from = 0;
    try {
      read = await projection.advance((after) => {
        from = after;
        return readAfter(options, { after, maxMessages: messagesAfter(after) });
      });
    } catch (error) {
      const tried = messagesAfter(from);
      if (isPassing(error) || tried === 0) throw error;
      // One message of all these cannot be kept; perhaps it is the first.
      trouble = { after: from, messages: tried === 1 ? 0 : 1 };
      log.error("calls cannot be kept", { error, after: from, messages: tried });
      return true;
    }
    trouble = undefined;
    if (read === undefined) return true;
    const [first] = read.messages;
    const missed = first === undefined || from === 0 ? 0 : first.seq - from - 1;
    if (missed > 0) onMissed?.(missed);
    return read.position !== from;
  }

  async function clean(): Promise<void> {
    if (performance.now() - cleanedAt < CLEAN_MS) return;
    cleanedAt = performance.now();
    const lost = await projection.markLost(live());
    if (lost > 0) log.info("calls are lost with their nodes", { calls: lost });
    const before = new Date(Date.now() - retentionMs);
    while (!signal.aborted && await projection.forget(before) > 0);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        const isMore = await step();
        await clean();
        failures = 0;
        if (isMore) await pause(REST_MS, signal);
        else await news.wait(LOOK_MS);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures === 1) log.warn("calls are not kept for now", { error });
        await backOff(failures, signal).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    nudge: news.ring,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running;
      news[Symbol.dispose]();
    },
  };
}

/** What comes after a message: some of it, and none of a message that cannot be kept. */
async function readAfter(
  { bus, reader }: Pick<ProjectCallsOptions, "bus" | "reader">,
  { after, maxMessages }: { readonly after: number; readonly maxMessages: number },
): Promise<ReadCalls> {
  const messages: ToldMessage[] = [];
  const asked = { subject: callEventFilter(bus.realm), from: after + 1 };
  let chars = 0;
  for await (const { seq, subject, data } of reader.read("CALLS", asked)) {
    if (maxMessages === 0) return { messages, position: seq };
    const body = decodeText(data);
    messages.push({ seq, node: parseCallEventSubject(subject).node, body });
    chars += body.length;
    if (messages.length >= maxMessages || chars >= MAX_CHARS) break;
  }
  const last = messages.at(-1);
  if (last !== undefined) return { messages, position: last.seq };
  const bounds = await streamBounds(bus, "CALLS");
  // The stream has been made anew, and counts from its beginning.
  return { messages, position: bounds.last < after ? bounds.first - 1 : after };
}

/** NATS or Postgres are away: nothing is wrong with what was read. */
function isPassing(error: unknown): boolean {
  return (error instanceof CallError || error instanceof BusError) && error.retryable;
}
