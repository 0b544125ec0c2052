/**
 * The subjects on which the server answers questions about streams. It is JetStream's own protocol,
 * so nobody else has to read them back.
 *
 * @module
 */
import type { BucketPurpose, StreamPurpose } from "./purposes.ts";
import { bucketStreamName, streamName } from "./subjects.ts";
import { token } from "./token.ts";

/** Where the server tells about a stream. @throws {RangeError} If `realm` may not be one. */
export function streamInfoSubject(realm: string, stream: StreamPurpose): string {
  return `$JS.API.STREAM.INFO.${streamName(realm, stream)}`;
}

/** Where a stream is asked for messages directly. @throws {RangeError} If `realm` may not be one. */
export function directGetSubject(realm: string, stream: StreamPurpose): string {
  return `$JS.API.DIRECT.GET.${streamName(realm, stream)}`;
}

/** Where a stream's leader is asked for a message. @throws {RangeError} If `realm` may not be one. */
export function leaderGetSubject(realm: string, stream: StreamPurpose): string {
  return `$JS.API.STREAM.MSG.GET.${streamName(realm, stream)}`;
}

/** Where a bucket is asked for keys directly. @throws {RangeError} If `realm` may not be one. */
export function bucketGetSubject(realm: string, bucket: BucketPurpose): string {
  return `$JS.API.DIRECT.GET.${bucketStreamName(realm, bucket)}`;
}

/** Where a stream is asked for a copy of itself. */
export function snapshotSubjectOf(name: string): string {
  return `$JS.API.STREAM.SNAPSHOT.${token(name)}`;
}

/** Where the server is offered the copy of a stream. */
export function restoreSubject(name: string): string {
  return `$JS.API.STREAM.RESTORE.${token(name)}`;
}
