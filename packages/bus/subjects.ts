/**
 * Every subject, stream, bucket, key and durable name that the hub uses, and the parser of each.
 *
 * All of them begin with a *realm*, so that hubs (and test files) that share a server never meet.
 *
 * | subject                                | who uses it                                      |
 * | -------------------------------------- | ------------------------------------------------ |
 * | `R.evt.KIND.ID`                        | log of one actor, stream `EVENTS`                |
 * | `R.snap.KIND.ID`                       | its latest snapshot, stream `SNAPSHOTS`          |
 * | `R.timer.at.KIND.ID.TIMER`             | an armed timer, stream `TIMERS`                  |
 * | `R.timer.due.KIND.ID.TIMER`            | the same timer once it fired, same stream        |
 * | `R.chunk.SESSION`                      | tokens of a running session, stream `CHUNKS`     |
 * | `R.calls.NODE`                         | call events seen by a node, stream `CALLS`       |
 * | `R.live.KIND.ID`                       | what an actor emits, not stored                  |
 * | `R.node.NODE.CHANNEL`                  | commands and calls to one node                   |
 * | `R.any.SEGMENT…`                       | calls to whichever node has the operation        |
 * | `R.hub.calls`                          | calls of the hub's own operations, to any node   |
 * | `R.reply.INBOX.ID`                     | answers to one connection                        |
 * | `R.invalidate.TOPIC`                   | "what you cached of this is old"                 |
 *
 * What the server itself listens to, about streams, is spelled in `server_subjects.ts`.
 *
 * Every builder throws `RangeError` for a part that may not stand in its place, every parser for a
 * subject that no builder writes.
 *
 * @module
 */
import type { Address, InRealm, TimerAddress } from "./address.ts";
import {
  type BucketPurpose,
  BUCKETS,
  type DurablePurpose,
  DURABLES,
  INVALIDATIONS,
  type InvalidationTopic,
  NODE_CHANNELS,
  type NodeChannel,
  type StreamPurpose,
  STREAMS,
} from "./purposes.ts";
import { decodeToken, encodeToken, realmToken, token } from "./token.ts";

/** Queue group of every subscription to {@linkcode anySubject}. */
export const ANY_QUEUE = "any";

/** Queue group of every subscription to {@linkcode hubCallsSubject}. */
export const HUB_QUEUE = "hub";

/** Most segments of an operation's path below its node. */
const MAX_SEGMENTS = 6;

// --- actors ---------------------------------------------------------------------------------

/**
 * Spells the subject of an actor's log.
 *
 * @throws {RangeError} If a part may not be a token.
 *
 * @example Kind and id are checked, and read back
 * ```ts
 * import { deepStrictEqual, throws } from "node:assert/strict";
 * import { actorSubject, parseActorSubject } from "@hub/bus";
 *
 * const subject = actorSubject("prod", { kind: "counter", id: "a1" });
 * deepStrictEqual(parseActorSubject(subject), { realm: "prod", kind: "counter", id: "a1" });
 * throws(() => actorSubject("prod", { kind: "counter", id: "a.1" }), RangeError);
 * ```
 */
export function actorSubject(realm: string, { kind, id }: Address): string {
  return `${realmToken(realm)}.evt.${token(kind)}.${token(id)}`;
}

/** Reads a subject of {@linkcode actorSubject}. @throws {RangeError} */
export function parseActorSubject(subject: string): Address & InRealm {
  return readAddress(subject, "evt");
}

/** Matches the logs of all actors, or of all actors of one kind. */
export function actorFilter(realm: string, kind?: string): string {
  return `${realmToken(realm)}.evt.${kind === undefined ? ">" : `${token(kind)}.*`}`;
}

/** Spells the subject of an actor's snapshot. @throws {RangeError} If a part may not be a token. */
export function snapshotSubject(realm: string, { kind, id }: Address): string {
  return `${realmToken(realm)}.snap.${token(kind)}.${token(id)}`;
}

/** Reads a subject of {@linkcode snapshotSubject}. @throws {RangeError} */
export function parseSnapshotSubject(subject: string): Address & InRealm {
  return readAddress(subject, "snap");
}

/** Matches the snapshots of all actors, or of all actors of one kind. */
export function snapshotFilter(realm: string, kind?: string): string {
  return `${realmToken(realm)}.snap.${kind === undefined ? ">" : `${token(kind)}.*`}`;
}

/** Spells the subject on which an actor's emitted events go out. */
export function liveSubject(realm: string, { kind, id }: Address): string {
  return `${realmToken(realm)}.live.${token(kind)}.${token(id)}`;
}

/** Reads a subject of {@linkcode liveSubject}. @throws {RangeError} */
export function parseLiveSubject(subject: string): Address & InRealm {
  return readAddress(subject, "live");
}

// --- timers ---------------------------------------------------------------------------------

/**
 * Spells the subject that holds an armed timer: one message, replaced when it is armed again.
 *
 * The timer's name is spelled by {@linkcode encodeToken}: machines name delays with dots in them.
 *
 * @throws {RangeError} If kind or id may not be a token, or the timer's name cannot be encoded.
 */
export function timerSubject(realm: string, { kind, id, timer }: TimerAddress): string {
  return `${realmToken(realm)}.timer.at.${token(kind)}.${token(id)}.${encodeToken(timer)}`;
}

/** Reads a subject of {@linkcode timerSubject}. @throws {RangeError} */
export function parseTimerSubject(subject: string): TimerAddress & InRealm {
  return readTimer(subject, "timer.at");
}

/** Spells the subject on which a timer arrives when it is due: the schedule's target. */
export function dueSubject(realm: string, { kind, id, timer }: TimerAddress): string {
  return `${realmToken(realm)}.timer.due.${token(kind)}.${token(id)}.${encodeToken(timer)}`;
}

/** Reads a subject of {@linkcode dueSubject}. @throws {RangeError} */
export function parseDueSubject(subject: string): TimerAddress & InRealm {
  return readTimer(subject, "timer.due");
}

/** Matches every timer that is due, and no armed one. */
export function dueFilter(realm: string): string {
  return `${realmToken(realm)}.timer.due.>`;
}

/** Matches every armed timer, or those of one actor. */
export function timerFilter(realm: string, of?: Address): string {
  const whose = of === undefined ? ">" : `${token(of.kind)}.${token(of.id)}.*`;
  return `${realmToken(realm)}.timer.at.${whose}`;
}

/** Matches every timer, armed or due. */
export function timerStreamFilter(realm: string): string {
  return `${realmToken(realm)}.timer.>`;
}

// --- sessions and calls ---------------------------------------------------------------------

/** Spells the subject of a running session's chunks. */
export function chunkSubject(realm: string, session: string): string {
  return `${realmToken(realm)}.chunk.${token(session)}`;
}

/** Reads a subject of {@linkcode chunkSubject}. @throws {RangeError} */
export function parseChunkSubject(subject: string): InRealm & { readonly session: string } {
  const [realm = "", session = ""] = read(subject, "chunk", 1);
  return { realm, session: token(session) };
}

/** Matches the chunks of every session. */
export function chunkFilter(realm: string): string {
  return `${realmToken(realm)}.chunk.*`;
}

/** Spells the subject of the call events that `node` saw. */
export function callEventSubject(realm: string, node: string): string {
  return `${realmToken(realm)}.calls.${token(node)}`;
}

/** Reads a subject of {@linkcode callEventSubject}. @throws {RangeError} */
export function parseCallEventSubject(subject: string): InRealm & { readonly node: string } {
  const [realm = "", node = ""] = read(subject, "calls", 1);
  return { realm, node: token(node) };
}

/** Matches the call events of every node. */
export function callEventFilter(realm: string): string {
  return `${realmToken(realm)}.calls.*`;
}

// --- nodes ----------------------------------------------------------------------------------

/** Spells the subject on which `node` takes messages of one channel. */
export function nodeSubject(realm: string, node: string, channel: NodeChannel): string {
  return `${realmToken(realm)}.node.${token(node)}.${oneOf(NODE_CHANNELS, channel)}`;
}

/** Reads a subject of {@linkcode nodeSubject}. @throws {RangeError} */
export function parseNodeSubject(
  subject: string,
): InRealm & { readonly node: string; readonly channel: NodeChannel } {
  const [realm = "", node = "", channel = ""] = read(subject, "node", 2);
  return { realm, node: token(node), channel: oneOf(NODE_CHANNELS, channel) };
}

/**
 * Spells the subject of an operation that any node may serve; subscribe to it in {@linkcode ANY_QUEUE}.
 *
 * `operation` is the path below the node, e.g. `fs/readFile`; each segment is spelled by
 * {@linkcode encodeToken}, as segments may have dots in them.
 *
 * @throws {RangeError} If there are no segments, too many, or an empty one.
 */
export function anySubject(realm: string, operation: string): string {
  const segments = operation.split("/");
  if (segments.length > MAX_SEGMENTS) {
    throw new RangeError(
      `Cannot route "${operation.slice(0, 60)}": more than ${MAX_SEGMENTS} segments`,
    );
  }
  return `${realmToken(realm)}.any.${segments.map(encodeToken).join(".")}`;
}

/** Reads a subject of {@linkcode anySubject}. @throws {RangeError} */
export function parseAnySubject(subject: string): InRealm & { readonly operation: string } {
  const [realm = "", ...segments] = read(subject, "any", undefined);
  const operation = segments.map(decodeToken).join("/");
  // Spelled again: a slash inside a segment would read back as two.
  if (anySubject(realm, operation) !== subject) throw unreadable(subject, "any");
  return { realm, operation };
}

/** Spells the subject of calls of the hub's own operations; nodes take them in {@linkcode HUB_QUEUE}. */
export function hubCallsSubject(realm: string): string {
  return `${realmToken(realm)}.hub.calls`;
}

/** Reads a subject of {@linkcode hubCallsSubject}. @throws {RangeError} */
export function parseHubCallsSubject(subject: string): InRealm {
  const [realm = "", calls] = read(subject, "hub", 1);
  if (calls !== "calls") throw unreadable(subject, "hub");
  return { realm };
}

/** Spells the subject of one answer; `inbox` belongs to one connection. */
export function replySubject(realm: string, inbox: string, id: string): string {
  return `${realmToken(realm)}.reply.${token(inbox)}.${token(id)}`;
}

/** Reads a subject of {@linkcode replySubject}. @throws {RangeError} */
export function parseReplySubject(
  subject: string,
): InRealm & { readonly inbox: string; readonly id: string } {
  const [realm = "", inbox = "", id = ""] = read(subject, "reply", 2);
  return { realm, inbox: token(inbox), id: token(id) };
}

/** Matches every answer to one connection. */
export function replyFilter(realm: string, inbox: string): string {
  return `${realmToken(realm)}.reply.${token(inbox)}.*`;
}

/** Prefix of the inboxes that the NATS client makes for itself. */
export function inboxPrefix(realm: string): string {
  return `${realmToken(realm)}.inbox`;
}

/** Spells the subject that tells every node to forget what it cached of `topic`. */
export function invalidationSubject(realm: string, topic: InvalidationTopic): string {
  return `${realmToken(realm)}.invalidate.${oneOf(INVALIDATIONS, topic)}`;
}

/** Reads a subject of {@linkcode invalidationSubject}. @throws {RangeError} */
export function parseInvalidationSubject(
  subject: string,
): InRealm & { readonly topic: InvalidationTopic } {
  const [realm = "", topic = ""] = read(subject, "invalidate", 1);
  return { realm, topic: oneOf(INVALIDATIONS, topic) };
}

/** Matches the invalidations of every topic. */
export function invalidationFilter(realm: string): string {
  return `${realmToken(realm)}.invalidate.*`;
}

// --- streams, buckets, consumers ------------------------------------------------------------

/** Name of a stream. @throws {RangeError} If `realm` may not be one. */
export function streamName(realm: string, stream: StreamPurpose): string {
  return `${realmToken(realm)}_${stream}`;
}

/** Reads a name of {@linkcode streamName}. @throws {RangeError} */
export function parseStreamName(name: string): InRealm & { readonly stream: StreamPurpose } {
  const at = name.lastIndexOf("_");
  return { realm: realmToken(name.slice(0, at)), stream: oneOf(STREAMS, name.slice(at + 1)) };
}

/** Name of a stream that only tries out what the servers can do. @throws {RangeError} */
export function probeStreamName(realm: string, id: string): string {
  return `${realmToken(realm)}_PROBE_${realmToken(id)}`;
}

/** Name of a bucket. @throws {RangeError} If `realm` may not be one. */
export function bucketName(realm: string, bucket: BucketPurpose): string {
  return `${realmToken(realm)}_${bucket}`;
}

/** Reads a name of {@linkcode bucketName}. @throws {RangeError} */
export function parseBucketName(name: string): InRealm & { readonly bucket: BucketPurpose } {
  const at = name.lastIndexOf("_");
  return { realm: realmToken(name.slice(0, at)), bucket: oneOf(BUCKETS, name.slice(at + 1)) };
}

/** Name of the stream behind a bucket. @throws {RangeError} If `realm` may not be one. */
export function bucketStreamName(realm: string, bucket: BucketPurpose): string {
  return `KV_${bucketName(realm, bucket)}`;
}

/** Subject behind a key of a bucket, for publishing to it with a fence or a TTL. */
export function keySubject(realm: string, bucket: BucketPurpose, key: string): string {
  return `$KV.${bucketName(realm, bucket)}.${key.split(".").map(token).join(".")}`;
}

/** Matches every key of a bucket. */
export function keyFilter(realm: string, bucket: BucketPurpose): string {
  return `$KV.${bucketName(realm, bucket)}.>`;
}

/** Name of a durable consumer on one of the realm's streams; `revision` tells rebuilds apart. */
export function durableName(purpose: DurablePurpose, revision?: string): string {
  const name = oneOf(DURABLES, purpose);
  return revision === undefined ? name : `${name}-${realmToken(revision)}`;
}

// --- shared ---------------------------------------------------------------------------------

/** Realm and tokens of a subject of one family; without `count`, at least one token. */
function read(subject: string, family: string, count: number | undefined): readonly string[] {
  const [realm = "", ...rest] = subject.split(".");
  const tokens = rest.slice(family.split(".").length);
  const fits = count === undefined ? tokens.length > 0 : tokens.length === count;
  if (!fits || !subject.startsWith(`${realm}.${family}.`)) throw unreadable(subject, family);
  return [realmToken(realm), ...tokens];
}

function readAddress(subject: string, family: string): Address & InRealm {
  const [realm = "", kind = "", id = ""] = read(subject, family, 2);
  return { realm, kind: token(kind), id: token(id) };
}

function readTimer(subject: string, family: string): TimerAddress & InRealm {
  const [realm = "", kind = "", id = "", timer = ""] = read(subject, family, 3);
  return { realm, kind: token(kind), id: token(id), timer: decodeToken(timer) };
}

function oneOf<T extends string>(allowed: readonly T[], found: string): T {
  const known = allowed.find((one) => one === found);
  if (known === undefined) {
    throw new RangeError(
      `Cannot use "${found.slice(0, 60)}": expected one of ${allowed.join(", ")}`,
    );
  }
  return known;
}

function unreadable(subject: string, family: string): RangeError {
  return new RangeError(
    `Cannot read ${JSON.stringify(subject.slice(0, 200))} as a subject "${family}"`,
  );
}
