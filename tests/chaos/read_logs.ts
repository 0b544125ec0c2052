/**
 * Reads all logs as the stream's leader has them, without the code that hubs read them with.
 *
 * @module
 */
import { jetstreamManager } from "@nats-io/jetstream";
import { type Bus, parseActorSubject, streamName } from "@hub/bus";
import type { LoggedEvent } from "@hub/actors";
import { until } from "../harness/until.ts";
import type { Logged, Logs } from "./history.ts";

/** A message of the stream, as text. */
export interface Raw {
  readonly seq: number;
  readonly subject: string;
  readonly body: string;
}

/** Reads a run's logs. */
export interface LogReader {
  /** Everything from the beginning, as the leader of the moment has it. */
  readAll(): Promise<Raw[]>;
  /** Makes a server the leader, and waits until it is and the others are in step with it. */
  lead(server: string): Promise<void>;
}

const AT_ONCE = 64;
const PATIENCE_MS = 60_000;

/** Opens a reader of stream `EVENTS`. */
export async function openLogReader(bus: Bus): Promise<LogReader> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const stream = streamName(bus.realm, "EVENTS");

  async function readOne(seq: number): Promise<Raw> {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message === null) throw new Error(`Message ${seq} of ${stream} is missing`);
    return { seq, subject: message.subject, body: message.string() };
  }

  async function inStep(): Promise<string | undefined> {
    const { cluster } = await manager.streams.info(stream);
    const others = cluster?.replicas ?? [];
    const isWhole = others.length === 2 &&
      others.every(({ current, offline }) => current && !offline);
    return isWhole ? cluster?.leader : undefined;
  }

  return {
    async readAll() {
      const { state } = await manager.streams.info(stream);
      const found: Raw[] = [];
      for (let seq = 1; seq <= state.last_seq; seq += AT_ONCE) {
        const count = Math.min(AT_ONCE, state.last_seq - seq + 1);
        found.push(
          ...await Promise.all(Array.from({ length: count }, (_, at) => readOne(seq + at))),
        );
      }
      return found;
    },
    async lead(server) {
      await until(async () => {
        const leader = await inStep();
        if (leader === server) return true;
        if (leader !== undefined) {
          const body = JSON.stringify({ placement: { preferred: server } });
          await bus.requests.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, body);
        }
        return false;
      }, { what: `${server} to lead`, timeoutMs: PATIENCE_MS });
    },
  };
}

/** Sorts messages by actor; children are left out. */
export function toLogs(messages: readonly Raw[]): Logs {
  const logs = new Map<string, Logged[]>();
  for (const { seq, subject, body } of messages) {
    const { kind, id } = parseActorSubject(subject);
    if (kind !== "checked") continue;
    const events: LoggedEvent[] = JSON.parse(body);
    const log = logs.get(id) ?? [];
    log.push(...events.map((logged, index) => ({ seq, index, logged })));
    logs.set(id, log);
  }
  return logs;
}
