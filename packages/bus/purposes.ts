/**
 * What the streams, buckets, channels, consumers and topics of a realm are for.
 *
 * @module
 */

/** The streams of a realm. */
export const STREAMS = ["EVENTS", "SNAPSHOTS", "TIMERS", "CHUNKS", "CALLS"] as const;
/** Purpose of a stream. */
export type StreamPurpose = typeof STREAMS[number];

/** The key-value buckets of a realm. */
export const BUCKETS = ["NODES", "ACTIVE", "WAITING", "SPOKES", "SPECS", "TICKETS"] as const;
/** Purpose of a bucket. */
export type BucketPurpose = typeof BUCKETS[number];

/** What may be sent to one node. */
export const NODE_CHANNELS = ["commands", "calls", "streams", "control", "cancelled"] as const;
/** Purpose of a message to one node. */
export type NodeChannel = typeof NODE_CHANNELS[number];

/** The durable consumers; each is shared by all nodes of a realm. */
export const DURABLES = ["timers", "projection", "callgraph"] as const;
/** Purpose of a durable consumer. */
export type DurablePurpose = typeof DURABLES[number];

/** Topics of {@linkcode invalidationSubject}. */
export const INVALIDATIONS = ["identities", "credentials", "roles", "providers"] as const;
/** What a cache is told to forget. */
export type InvalidationTopic = typeof INVALIDATIONS[number];
