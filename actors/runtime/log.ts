/**
 * An actor's log on JetStream: one subject, one message for each commit.
 *
 * @module
 */
import {
  actorSubject,
  type Address,
  type Bus,
  decodeJson,
  encodeJson,
  openLastSequences,
  openStreamReader,
  type StoredMessage,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Cause, LoggedEvent, LogRecord } from "./record.ts";

/** Largest body of one commit. */
export const MAX_COMMIT_BYTES = 1024 * 1024;

// `nats` tools show them, so that a person can read the stream, too.
const KIND = "Hub-Kind", VERSION = "Hub-Version", COUNT = "Hub-Count", TRACE = "traceparent";

const StoredEvents = TypeCompiler.Compile(Type.Array(
  Type.Object({
    id: Type.String(),
    event: Type.Unsafe<LoggedEvent["event"]>(Type.Object({ type: Type.String() })),
    cause: Type.Unsafe<Cause>(Type.Object({ from: Type.String() })),
    by: Type.Optional(Type.String()),
    trace: Type.Optional(Type.String()),
    at: Type.Number(),
  }),
  { minItems: 1 },
));

/** What is appended as one message. */
export interface Append {
  readonly events: readonly LoggedEvent[];
  /** Version of the machine that accepted them. */
  readonly version: number;
  /** Sequence of the actor's last message; 0 when it has none. */
  readonly after: number;
}

/** What is said to be in a log and is not: it was another log. */
export class NotInLog extends Error {
  override readonly name = "NotInLog";
}

/** A message of a log that no actor can have written. */
export class DamagedCommit extends Error {
  override readonly name = "DamagedCommit";
  readonly seq: number;

  constructor({ seq, subject }: Pick<StoredMessage, "seq" | "subject">, options?: ErrorOptions) {
    super(`Cannot read message ${seq} of ${subject}: it is no commit of an actor`, options);
    this.seq = seq;
  }
}

/** The logs of a realm's actors. */
export interface ActorLog {
  /**
   * Appends to an actor's log and resolves with the message's sequence once it is durable.
   *
   * @throws {WrongLastSequence} when somebody else has appended meanwhile.
   * @throws {BusError} of which `outcomeUnknown` may say that it may have happened all the same.
   */
  append(address: Address, append: Append): Promise<number>;
  /**
   * Reads an actor's log, in order: from `from` on, since a time, or what comes after a message that
   * is in it.
   *
   * @throws {NotInLog} when the message `after` is not in it.
   * @throws {DamagedCommit} naming the message.
   */
  read(
    address: Address,
    options?:
      | { readonly from?: number }
      | { readonly since: Date }
      | { readonly after: number },
  ): AsyncIterable<LogRecord>;
  /** Whether nothing has been appended after `seq`, beyond doubt; reading may be behind. */
  isLast(address: Address, seq: number): Promise<boolean>;
  /**
   * Where the logs of many actors end, beyond doubt; of those for which that cannot be said, or that
   * have no log, `undefined`. One request for a thousand.
   */
  ends(addresses: readonly Address[]): Promise<readonly (number | undefined)[]>;
}

/** Opens the logs of the bus's realm. */
export async function openActorLog(bus: Bus): Promise<ActorLog> {
  const reader = await openStreamReader(bus);
  const lasts = openLastSequences(bus);
  const { realm } = bus;
  return {
    async append(address, { events, version, after }) {
      const body = encodeJson(events, { maxBytes: MAX_COMMIT_BYTES });
      const { seq } = await bus.requests.publish(actorSubject(realm, address), body, {
        expectedLastSubjectSequence: after,
        headers: {
          [KIND]: address.kind,
          [VERSION]: String(version),
          [COUNT]: String(events.length),
          ...traceOf(events),
        },
      });
      return seq;
    },
    async *read(address, options = {}) {
      const subject = actorSubject(realm, address);
      const after = "after" in options ? options.after : 0;
      const from = "after" in options
        ? options.after
        : "since" in options
        ? options.since
        : options.from ?? 1;
      let isThere = after === 0;
      for await (const message of reader.read("EVENTS", { subject, from })) {
        if (!isThere && message.seq !== after) throw notThere(after, subject);
        if (message.seq !== after) yield recordOf(message);
        isThere = true;
      }
      // Whoever was asked may be behind; the leader is not.
      const isLost = !isThere && await lasts.isLast("EVENTS", { subject, seq: after - 1 });
      if (isLost) throw notThere(after, subject);
    },
    isLast: (address, seq) =>
      lasts.isLast("EVENTS", { subject: actorSubject(realm, address), seq }),
    async ends(addresses) {
      const subjects = addresses.map((address) => actorSubject(realm, address));
      const found = await lasts.of({ stream: "EVENTS", subjects });
      return subjects.map((subject) => found.get(subject));
    },
  };
}

/** Of the first event that has one; each of the others says its own in the body. */
function traceOf(events: readonly LoggedEvent[]): { readonly [TRACE]?: string } {
  const trace = events.find((event) => event.trace !== undefined)?.trace;
  return trace === undefined ? {} : { [TRACE]: trace };
}

function notThere(seq: number, subject: string): NotInLog {
  return new NotInLog(`There is no message ${seq} of ${subject}`);
}

function recordOf(message: StoredMessage): LogRecord {
  const { seq, header } = message;
  const version = Number(header(VERSION));
  const events = eventsIn(message);
  if (!StoredEvents.Check(events) || !Number.isSafeInteger(version) || version < 1) {
    throw new DamagedCommit(message);
  }
  return { seq, version, events };
}

function eventsIn(message: StoredMessage): unknown {
  try {
    return decodeJson(message.data, { maxBytes: MAX_COMMIT_BYTES });
  } catch (cause) {
    throw new DamagedCommit(message, { cause });
  }
}
