/**
 * The headers by which a publish asks JetStream for more than storing.
 *
 * @module
 */
import { PubHeaders } from "@nats-io/jetstream";
import { type MsgHdrs, MsgHdrsImpl } from "@nats-io/nats-core";

/** Headers of our own. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** Has the server publish the message later, on another subject of the same stream. */
export interface Schedule {
  /** When; a time that has passed means at once. */
  readonly at: Date;
  /** Where to. */
  readonly target: string;
  /** How long it is kept after it was fired: whole seconds. */
  readonly ttlMs?: number;
}

/** What a publish may ask for. */
export interface PublishConditions {
  /** Store it only if the subject's last message has this sequence; 0: only if there is none. */
  readonly expectedLastSubjectSequence?: number;
  /** Compare with the last message of this subject or filter, instead of the subject itself. */
  readonly expectedLastSubjectSequenceSubject?: string;
  /** Store it only if the stream's last message has this sequence. */
  readonly expectedLastSequence?: number;
  /** A second message with the same id within the stream's window is not stored. */
  readonly msgId?: string;
  /** Delete it after this time: whole seconds, at least one. */
  readonly ttlMs?: number;
  readonly schedule?: Schedule;
  /** Delete the subject's earlier messages with it. */
  readonly rollup?: "subject";
  readonly headers?: HeaderRecord;
}

const OPERATION = "KV-Operation";
const ROLLUP = "Nats-Rollup";
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers with which a bucket takes a message for the deletion of its key. */
export const PURGE_HEADERS: HeaderRecord = { [OPERATION]: "PURGE" };

/**
 * Makes NATS headers of `record`, without the client's costly normalising of each name.
 *
 * @throws {RangeError} If a name is no header name, or a value has a line end or a NUL in it.
 */
export function createHeaders(record: HeaderRecord): MsgHdrs {
  const made = new MsgHdrsImpl();
  addHeaders(made, record);
  return made;
}

/** Headers that go out as they were made, however often. */
class FixedHeaders extends MsgHdrsImpl {
  #spelled: Uint8Array | undefined;

  override encode(): Uint8Array {
    return this.#spelled ??= super.encode();
  }
}

/**
 * Makes NATS headers of `record` for any number of messages: they are spelled once, so that nothing can
 * be added once they were sent.
 *
 * @throws {RangeError} What {@linkcode createHeaders} throws.
 */
export function fixedHeaders(record: HeaderRecord): MsgHdrs {
  const made = new FixedHeaders();
  addHeaders(made, record);
  return made;
}

/**
 * Spells the headers of a publish, or nothing if it asks for nothing.
 *
 * @throws {RangeError} If a condition cannot be spelled.
 */
export function publishHeaders(conditions: PublishConditions): MsgHdrsImpl | undefined {
  const made = new MsgHdrsImpl();
  const { expectedLastSubjectSequence, expectedLastSequence, ttlMs, schedule, headers } =
    conditions;
  if (headers !== undefined) addHeaders(made, headers);
  if (expectedLastSubjectSequence !== undefined) {
    set(made, PubHeaders.ExpectedLastSubjectSequenceHdr, sequence(expectedLastSubjectSequence));
  }
  if (conditions.expectedLastSubjectSequenceSubject !== undefined) {
    const subject = conditions.expectedLastSubjectSequenceSubject;
    set(made, PubHeaders.ExpectedLastSubjectSequenceSubjectHdr, headerValue(subject));
  }
  if (expectedLastSequence !== undefined) {
    set(made, PubHeaders.ExpectedLastSeqHdr, sequence(expectedLastSequence));
  }
  if (conditions.msgId !== undefined) set(made, PubHeaders.MsgIdHdr, headerValue(conditions.msgId));
  if (ttlMs !== undefined) set(made, PubHeaders.MessageTTL, seconds(ttlMs));
  if (conditions.rollup !== undefined) set(made, ROLLUP, "sub");
  if (schedule !== undefined) addSchedule(made, schedule);
  return made.headers.size === 0 ? undefined : made;
}

/** Sets a header whose value is known to be sound. */
export function set(headers: MsgHdrsImpl, name: string, value: string): void {
  headers.headers.set(name, [value]);
}

function addHeaders(made: MsgHdrsImpl, record: HeaderRecord): void {
  for (const [name, value] of Object.entries(record)) {
    if (!HEADER_NAME.test(name)) {
      throw new RangeError(`Cannot use ${JSON.stringify(name.slice(0, 60))} as a header's name`);
    }
    set(made, name, headerValue(value));
  }
}

function addSchedule(made: MsgHdrsImpl, { at, target, ttlMs }: Schedule): void {
  if (Number.isNaN(at.getTime())) throw new RangeError("Cannot schedule a message: invalid date");
  set(made, PubHeaders.Schedule, `@at ${at.toISOString()}`);
  set(made, PubHeaders.ScheduleTarget, headerValue(target));
  if (ttlMs !== undefined) set(made, PubHeaders.ScheduleTTL, seconds(ttlMs));
}

function headerValue(text: string): string {
  // A line end would begin a header of the sender's choice; the reader trims what surrounds a value.
  if (/[\r\n\0]/.test(text) || text !== text.trim()) {
    throw new RangeError(
      `Cannot use ${JSON.stringify(text.slice(0, 60))} as a header's value: ` +
        "line ends, NUL, and space around it are not allowed",
    );
  }
  return text;
}

function sequence(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot expect sequence ${value}: not a whole number from 0`);
  }
  return String(value);
}

function seconds(milliseconds: number): string {
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 1_000 || milliseconds % 1_000 !== 0) {
    throw new RangeError(`Cannot use a TTL of ${milliseconds} ms: the server takes whole seconds`);
  }
  return `${milliseconds / 1_000}s`;
}
