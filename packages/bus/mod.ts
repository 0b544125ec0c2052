/**
 * Everything the hub says to NATS.
 *
 * | to…                                          | use                                            |
 * | -------------------------------------------- | ---------------------------------------------- |
 * | connect, and know how the connection is      | {@linkcode openBus}                            |
 * | spell or read a subject, stream, bucket, key | `subjects.ts`, e.g. {@linkcode actorSubject}   |
 * | have the streams and buckets of a realm      | {@linkcode ensureStreams}                      |
 * | ask somebody, append with a fence            | `bus.requests`, see {@linkcode Requests}       |
 * | turn values into bytes and back              | {@linkcode encodeJson}, {@linkcode decodeJson} |
 * | be one of the nodes, and see the others      | {@linkcode joinMembership}                     |
 * | know which node has an actor                 | {@linkcode createPlacement}                    |
 *
 * Whatever fails throws a {@linkcode BusError}, whose `code` says why and whether to try again.
 *
 * @module
 */
export type { Address, InRealm, TimerAddress } from "./address.ts";
export { type BatchMessage, MAX_BATCH_LENGTH } from "./atomic_batch.ts";
export { backOff, pause } from "./back_off.ts";
export {
  copyJson,
  decodeJson,
  decodeText,
  encodeJson,
  encodeText,
  type JsonLimits,
} from "./codec.ts";
export { type Bus, openBus, type OpenBusOptions } from "./connect.ts";
export type { BusStatus } from "./connection_status.ts";
export {
  BUS_ERRORS,
  BusError,
  type BusErrorCode,
  JetStreamRefusal,
  StatusError,
  WrongLastSequence,
} from "./errors.ts";
export {
  activeKey,
  nodeKey,
  parseActiveKey,
  parseNodeKey,
  parseSpecKey,
  parseSpokeKey,
  specKey,
  spokeKey,
  ticketKey,
} from "./keys.ts";
export {
  type LastSequences,
  type LastSequencesOptions,
  openLastSequences,
} from "./last_sequences.ts";
export { listSubjects, type ListSubjectsOptions, type SubjectPage } from "./list_subjects.ts";
export { joinMembership, type JoinOptions, type Membership } from "./membership.ts";
export type { LiveNode, NodeInfo } from "./node_entry.ts";
export {
  compareNatsVersions,
  isNatsVersionSupported,
  MINIMUM_NATS_VERSION,
  type NatsVersion,
  parseNatsVersion,
} from "./nats_version.ts";
export { createPlacement, type Placement } from "./placement.ts";
export type { PublishAck } from "./publish_ack.ts";
export {
  createHeaders,
  fixedHeaders,
  type HeaderRecord,
  type PublishConditions,
  PURGE_HEADERS,
  type Schedule,
} from "./publish_headers.ts";
export {
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
export { openStreamPurger, type StreamPurger } from "./purge_subject.ts";
export { type KeyEntry, type KeyLister, openKeyLister } from "./list_keys.ts";
export { readKeys } from "./read_keys.ts";
export { type StreamBounds, streamBounds } from "./stream_bounds.ts";
export { openStreamReader, type StoredMessage, type StreamReader } from "./read_stream.ts";
export { type Replication, replicationOf, tryReplicas } from "./replication.ts";
export type { RequestOptions, Requests } from "./requests.ts";
export {
  type DurableFailure,
  serveDurable,
  type ServeDurableOptions,
  type TakenMessage,
} from "./serve_durable.ts";
export { parseServers, redactUserInfo, type ServerAddresses } from "./server_address.ts";
export {
  copyStream,
  existingStreams,
  KEPT,
  keptStreamName,
  type PasteOptions,
  pasteStream,
  type StreamCopy,
} from "./stream_copies.ts";
export {
  declareStreams,
  DUPLICATE_WINDOW_MS,
  MARKER_TTL_MS,
  type StreamDeclaration,
  type StreamLimits,
} from "./stream_configs.ts";
export {
  deleteRealm,
  type EnsuredStreams,
  ensureStreams,
  type EnsureStreamsOptions,
  openBucket,
} from "./streams.ts";
export {
  actorFilter,
  actorSubject,
  ANY_QUEUE,
  anySubject,
  bucketName,
  bucketStreamName,
  callEventFilter,
  callEventSubject,
  chunkFilter,
  chunkSubject,
  dueFilter,
  dueSubject,
  durableName,
  HUB_QUEUE,
  hubCallsSubject,
  inboxPrefix,
  invalidationFilter,
  invalidationSubject,
  keyFilter,
  keySubject,
  liveSubject,
  nodeSubject,
  parseActorSubject,
  parseAnySubject,
  parseBucketName,
  parseCallEventSubject,
  parseChunkSubject,
  parseDueSubject,
  parseHubCallsSubject,
  parseInvalidationSubject,
  parseLiveSubject,
  parseNodeSubject,
  parseReplySubject,
  parseSnapshotSubject,
  parseStreamName,
  parseTimerSubject,
  replyFilter,
  replySubject,
  snapshotFilter,
  snapshotSubject,
  streamName,
  timerFilter,
  timerStreamFilter,
  timerSubject,
} from "./subjects.ts";
export {
  decodeToken,
  encodeToken,
  MAX_ENCODED_TEXT_LENGTH,
  MAX_REALM_LENGTH,
  MAX_TOKEN_LENGTH,
  realmToken,
  token,
} from "./token.ts";
export { type Patience, within } from "./within.ts";
