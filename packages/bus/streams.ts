/**
 * Brings a server's streams and buckets to what this package declares, from any number of nodes at once.
 *
 * @module
 */
import {
  jetstream,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import { type NatsConnection, TimeoutError } from "@nats-io/nats-core";
import { BusError } from "./errors.ts";
import { backOff } from "./back_off.ts";
import { type BucketPurpose, BUCKETS, STREAMS } from "./purposes.ts";
import { declareStreams, type StreamDeclaration, type StreamLimits } from "./stream_configs.ts";
import { bucketName, bucketStreamName, streamName } from "./subjects.ts";

/** What {@linkcode ensureStreams} needs to know. */
export interface EnsureStreamsOptions {
  readonly realm: string;
  /** Copies of each stream: 1, 3 or 5. Without it, new streams get 1 and others keep what they have. */
  readonly replicas?: number;
  readonly limits?: StreamLimits;
  readonly signal?: AbortSignal;
}

/** What {@linkcode ensureStreams} did, by stream name. */
export interface EnsuredStreams {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
}

// The server's own numbers for what may happen while several nodes do the same.
const STREAM_NOT_FOUND = 10059;
const STREAM_NAME_IN_USE = 10058;
/** About a quarter of a minute, for a cluster whose servers have just been started. */
const ATTEMPTS = 16;
const TOO_FEW_PEERS = 10005;
const REPLICA_ERRORS = new Set([TOO_FEW_PEERS, 10074]);
const STORAGE_ERRORS = new Set([10028, 10047]);

/** What cannot be changed once a stream exists, or not in this direction. */
const FIXED = ["storage", "retention", "allow_msg_counter", "persist_mode"] as const;

/**
 * Creates the streams and buckets of a realm that are missing and updates those that differ.
 *
 * Nothing is deleted. Safe to call from many nodes at once, and again at every start.
 *
 * @throws {BusError} `STREAM_MISMATCH` if a stream exists in a form that cannot be changed,
 * `STREAM_REFUSED` if the server cannot do it.
 *
 * @example A log that nobody else may have written to in between
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 * import { actorSubject, deleteRealm, ensureStreams, openBus } from "@hub/bus";
 *
 * const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "nats://127.0.0.1:4222";
 * const realm = `example-${crypto.randomUUID().slice(0, 8)}`;
 * await using bus = await openBus({ servers, name: "example", realm });
 * await ensureStreams(bus.connection, { realm });
 * const subject = actorSubject(realm, { kind: "counter", id: "a" });
 * const first = { expectedLastSubjectSequence: 0 };
 * strictEqual((await bus.requests.publish(subject, "[]", first)).seq, 1);
 * await rejects(bus.requests.publish(subject, "[]", first), { code: "WRONG_LAST_SEQUENCE", found: 1 });
 * await deleteRealm(bus.connection, realm);
 * ```
 */
export async function ensureStreams(
  connection: NatsConnection,
  { realm, replicas, limits, signal }: EnsureStreamsOptions,
): Promise<EnsuredStreams> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const done = { created: [] as string[], updated: [] as string[], unchanged: [] as string[] };
  const declared = declareStreams(realm, limits).map((one) =>
    replicas === undefined ? one : { ...one, num_replicas: replicas }
  );
  const outcomes = await Promise.allSettled(declared.map(async (one) => {
    done[await retryWhileBusy(() => ensureStream(manager, one), signal)].push(one.name);
  }));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return done;
}

/** Opens a bucket that {@linkcode ensureStreams} created. */
export async function openBucket(
  connection: NatsConnection,
  { realm, bucket }: { readonly realm: string; readonly bucket: BucketPurpose },
): Promise<KV> {
  const client = jetstream(connection);
  return await new Kvm(client).open(bucketName(realm, bucket), { allow_direct: true });
}

/** Deletes every stream and bucket of a realm with all that is in them; for tests. */
export async function deleteRealm(connection: NatsConnection, realm: string): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const names = [
    ...STREAMS.map((stream) => streamName(realm, stream)),
    ...BUCKETS.map((bucket) => bucketStreamName(realm, bucket)),
  ];
  await Promise.all(names.map(async (name) => {
    try {
      await retryWhileBusy(() => manager.streams.delete(name));
    } catch (error) {
      if (apiCode(error) !== STREAM_NOT_FOUND) throw error;
    }
  }));
}

async function ensureStream(
  manager: JetStreamManager,
  declared: StreamDeclaration,
): Promise<keyof EnsuredStreams> {
  const found = await findStream(manager, declared.name);
  if (found !== undefined) return await updateStream(manager, declared, found);
  try {
    await manager.streams.add(declared);
    return "created";
  } catch (error) {
    // Another node was faster, with another idea of it: compare ours with what is there now.
    if (apiCode(error) !== STREAM_NAME_IN_USE) throw explain(error, declared);
    const theirs = await findStream(manager, declared.name);
    if (theirs === undefined) throw explain(error, declared);
    return await updateStream(manager, declared, theirs);
  }
}

async function updateStream(
  manager: JetStreamManager,
  declared: StreamDeclaration,
  { config }: StreamInfo,
): Promise<keyof EnsuredStreams> {
  const differing = difference(declared, config);
  if (differing.length === 0) return "unchanged";
  const fixed = differing.filter((key) => FIXED.some((one) => one === key));
  if (fixed.length > 0) throw mismatch(declared, config, fixed);
  try {
    // The client adds what is configured already and not declared here.
    await manager.streams.update(declared.name, declared);
    return "updated";
  } catch (error) {
    throw explain(error, declared, differing);
  }
}

function difference(declared: StreamDeclaration, config: StreamInfo["config"]): string[] {
  const actual = new Map<string, unknown>(Object.entries(config));
  return Object.entries(declared)
    .filter(([key, wanted]) => JSON.stringify(actual.get(key)) !== JSON.stringify(wanted))
    .map(([key]) => key);
}

async function findStream(
  manager: JetStreamManager,
  name: string,
): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (apiCode(error) === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

/**
 * A cluster that is electing answers 503 or not at all, and one that is forming has too few servers
 * yet; everything else is final.
 */
async function retryWhileBusy<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 1;; tries++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (tries === ATTEMPTS || !isBusy(error)) throw error;
      await backOff(tries, signal);
    }
  }
}

function isBusy(error: unknown): boolean {
  const cause = error instanceof BusError ? error.cause : error;
  return cause instanceof TimeoutError ||
    (cause instanceof JetStreamApiError &&
      (cause.status === 503 || cause.code === TOO_FEW_PEERS));
}

function mismatch(
  declared: StreamDeclaration,
  config: StreamInfo["config"],
  keys: readonly string[],
): BusError {
  const actual = new Map<string, unknown>(Object.entries(config));
  const wanted = new Map<string, unknown>(Object.entries(declared));
  const what = keys.map((key) => `${key} is ${actual.get(key)} and has to be ${wanted.get(key)}`);
  return new BusError(
    "STREAM_MISMATCH",
    `Cannot use stream ${declared.name}: ${what.join(", ")}, which no server can change. ` +
      "Use another realm, or back the stream up, delete it and restore it in the new form.",
  );
}

function explain(
  error: unknown,
  declared: StreamDeclaration,
  changing: readonly string[] = [],
): BusError {
  const code = apiCode(error);
  const act = changing.length === 0
    ? `create stream ${declared.name}`
    : `change ${changing.join(", ")} of stream ${declared.name}`;
  const reason = error instanceof Error ? error.message : String(error);
  const advice = code !== undefined && REPLICA_ERRORS.has(code)
    ? ` ${declared.num_replicas} replicas need as many servers with JetStream in one cluster.`
    : code !== undefined && STORAGE_ERRORS.has(code)
    ? " Give the server more storage or memory, or lower the limits."
    : "";
  return new BusError("STREAM_REFUSED", `Cannot ${act}: ${reason}.${advice}`, { cause: error });
}

function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}
