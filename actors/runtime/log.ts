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
  openStreamReader,
  type StoredMessage,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Cause, LoggedEvent, LogRecord } from "./record.ts";

/** Largest body of one commit. */
export const MAX_COMMIT_BYTES = 1024 * 1024;

// `nats` tools show them, so that a person can read the stream, too.
const KIND = "Hub-Kind", VERSION = "Hub-Version", COUNT = "Hub-Count";

const StoredEvents = TypeCompiler.Compile(Type.Array(
  Type.Object({
    id: Type.String(),
    event: Type.Unsafe<LoggedEvent["event"]>(Type.Object({ type: Type.String() })),
    cause: Type.Unsafe<Cause>(Type.Object({ from: Type.String() })),
    by: Type.Optional(Type.String()),
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

/** The logs of a realm's actors. */
export interface ActorLog {
  /**
   * Appends to an actor's log and resolves with the message's sequence once it is durable.
   *
   * @throws {WrongLastSequence} when somebody else has appended meanwhile.
   * @throws {BusError} of which `outcomeUnknown` may say that it may have happened all the same.
   */
  append(address: Address, append: Append): Promise<number>;
  /** Reads an actor's log from `from` on, in order. */
  read(address: Address, options?: { readonly from?: number }): AsyncIterable<LogRecord>;
  /** Whether nothing has been appended after `seq`, beyond doubt; reading may be behind. */
  isLast(address: Address, seq: number): Promise<boolean>;
}

/** Opens the logs of the bus's realm. */
export async function openActorLog(bus: Bus): Promise<ActorLog> {
  const reader = await openStreamReader(bus);
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
        },
      });
      return seq;
    },
    async *read(address, { from = 1 } = {}) {
      const subject = actorSubject(realm, address);
      for await (const message of reader.read("EVENTS", { subject, from })) yield recordOf(message);
    },
    isLast: (address, seq) =>
      reader.isLast("EVENTS", { subject: actorSubject(realm, address), seq }),
  };
}

function recordOf({ seq, subject, data, header }: StoredMessage): LogRecord {
  const version = Number(header(VERSION));
  const events = decodeJson(data, { maxBytes: MAX_COMMIT_BYTES });
  if (!StoredEvents.Check(events) || !Number.isSafeInteger(version) || version < 1) {
    throw new Error(`Cannot read message ${seq} of ${subject}: it is no commit of an actor`);
  }
  return { seq, version, events };
}
