/**
 * What every stream and bucket of a realm is like, as data.
 *
 * | stream, bucket | storage | kept                             | because                                 |
 * | -------------- | ------- | -------------------------------- | --------------------------------------- |
 * | `EVENTS`       | file    | for ever, nothing is pushed out  | the truth about every actor             |
 * | `SNAPSHOTS`    | file    | the last one of each actor       | rebuilt from `EVENTS` at will           |
 * | `TIMERS`       | file    | until fired and taken            | late rather than never                  |
 * | `CHUNKS`       | memory  | minutes                          | a client that reconnects resumes        |
 * | `CALLS`        | file    | a day                            | projected, then of no use               |
 * | `NODES`        | file    | seconds (TTL on each key)        | a node that stops renewing is gone      |
 * | `ACTIVE`       | file    | while effects run                | who has to be woken after a crash       |
 * | `WAITING`      | file    | while timers are armed           | who has to be looked at if one is lost  |
 * | `SPOKES`       | file    | seconds (TTL on each key)        | who holds which connection              |
 * | `SPECS`        | file    | until unused (TTL on each key)   | equal sets of operations stored once    |
 *
 * | `TICKETS`      | file    | seconds (TTL on each key)        | a page connects once with each          |
 *
 * Only `CHUNKS` is in memory: a memory stream begins again at sequence 1 when its server restarts,
 * and whoever watched it from a sequence on would wait in vain.
 *
 * @module
 */
import type { StreamConfig } from "@nats-io/jetstream";
import { DiscardPolicy, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import type { BucketPurpose, StreamPurpose } from "./purposes.ts";
import {
  actorFilter,
  bucketStreamName,
  callEventFilter,
  chunkFilter,
  keyFilter,
  snapshotFilter,
  streamName,
  timerStreamFilter,
} from "./subjects.ts";

/** A stream as this package declares it; what is left out is the server's choice. */
export type StreamDeclaration = Partial<StreamConfig> & Pick<StreamConfig, "name" | "subjects">;

/** Sizes that an installation may choose; the defaults suit one small server. */
export interface StreamLimits {
  /** Memory for `CHUNKS`; the oldest chunks give way. Reserved by the server. Default 32 MiB. */
  readonly chunksBytes?: number;
  /** How long `CALLS` are kept for the projector, in milliseconds. Default a day. */
  readonly callsAgeMs?: number;
  /** Most bytes of `CALLS`; the oldest give way. Reserved by the server. Default 256 MiB. */
  readonly callsBytes?: number;
  /** How long `CHUNKS` are kept, in milliseconds. Default ten minutes. */
  readonly chunksAgeMs?: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;

/** The floor of a TTL: the server rounds to whole seconds, and no key outlives less than its marker. */
export const MARKER_TTL_MS = 1_000;

/** How long a message id is remembered by the streams that look at it. */
export const DUPLICATE_WINDOW_MS = 2 * MINUTE_MS;

/**
 * Declares all streams and buckets of `realm`.
 *
 * @throws {RangeError} If `realm` may not be one.
 */
export function declareStreams(realm: string, limits: StreamLimits = {}): StreamDeclaration[] {
  return [
    declareEvents(realm),
    declareSnapshots(realm),
    declareTimers(realm),
    declareChunks(realm, limits),
    declareCalls(realm, limits),
    declareBucket(realm, "NODES", { max_msg_size: 16 * KIB }),
    declareBucket(realm, "ACTIVE", { max_msg_size: 64 * KIB }),
    declareBucket(realm, "WAITING", { max_msg_size: KIB }),
    declareBucket(realm, "SPOKES", { max_msg_size: 64 * KIB }),
    declareBucket(realm, "SPECS", { max_msg_size: MIB }),
    declareBucket(realm, "TICKETS", { max_msg_size: 4 * KIB, max_msgs: 100_000 }),
  ];
}

function declareEvents(realm: string): StreamDeclaration {
  return {
    ...declare(realm, "EVENTS", actorFilter(realm)),
    discard: DiscardPolicy.New,
    max_msg_size: MIB,
    allow_direct: true,
    allow_atomic: true,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    // One event less and nothing after it can be believed; a whole actor may still be purged.
    deny_delete: true,
  };
}

function declareSnapshots(realm: string): StreamDeclaration {
  return {
    ...declare(realm, "SNAPSHOTS", snapshotFilter(realm)),
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    max_msg_size: MIB,
    allow_direct: true,
  };
}

function declareTimers(realm: string): StreamDeclaration {
  return {
    // Schedule and target have to be in one stream.
    ...declare(realm, "TIMERS", timerStreamFilter(realm)),
    // The server refuses schedules with the other policy; without limits none is ever pushed out.
    discard: DiscardPolicy.Old,
    max_msg_size: 64 * KIB,
    allow_direct: true,
    allow_msg_ttl: true,
    allow_msg_schedules: true,
    allow_rollup_hdrs: true,
  };
}

function declareChunks(realm: string, limits: StreamLimits): StreamDeclaration {
  return {
    ...declare(realm, "CHUNKS", chunkFilter(realm)),
    storage: StorageType.Memory,
    discard: DiscardPolicy.Old,
    max_age: nanos(limits.chunksAgeMs ?? 10 * MINUTE_MS),
    max_bytes: limits.chunksBytes ?? 32 * MIB,
    max_msgs_per_subject: 16_384,
    max_msg_size: 256 * KIB,
    allow_direct: true,
  };
}

function declareCalls(realm: string, limits: StreamLimits): StreamDeclaration {
  return {
    ...declare(realm, "CALLS", callEventFilter(realm)),
    discard: DiscardPolicy.Old,
    max_age: nanos(limits.callsAgeMs ?? 24 * 60 * MINUTE_MS),
    max_bytes: limits.callsBytes ?? 256 * MIB,
    // Many calls in one: a message costs as much as all that is in it.
    max_msg_size: 512 * KIB,
    // Whoever follows calls reads them from here.
    allow_direct: true,
  };
}

function declare(realm: string, stream: StreamPurpose, filter: string): StreamDeclaration {
  return {
    name: streamName(realm, stream),
    subjects: [filter],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
  };
}

/** What the key-value client expects behind a bucket, with TTLs that leave markers. */
function declareBucket(
  realm: string,
  bucket: BucketPurpose,
  extra: Partial<StreamConfig>,
): StreamDeclaration {
  return {
    name: bucketStreamName(realm, bucket),
    subjects: [keyFilter(realm, bucket)],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: true,
    allow_msg_ttl: true,
    subject_delete_marker_ttl: nanos(MARKER_TTL_MS),
    ...extra,
  };
}
