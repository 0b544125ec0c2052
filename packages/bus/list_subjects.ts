/**
 * Lists the subjects that a stream has messages of, without reading a single one.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { decodeJson, encodeJson } from "./codec.ts";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { streamInfoSubject } from "./server_subjects.ts";

/** Which subjects. */
export interface ListSubjectsOptions {
  /** Matches them. */
  readonly filter: string;
  /** How many of them to pass over. Default 0. */
  readonly offset?: number;
  /** Default 30,000. */
  readonly timeoutMs?: number;
}

/** Some of the subjects. */
export interface SubjectPage {
  /** In the order of their bytes; the server gives at most 100,000 at a time. */
  readonly subjects: readonly string[];
  /** Of all that match. */
  readonly total: number;
}

const TIMEOUT_MS = 30_000;
/** A hundred thousand subjects of the greatest length. */
const MAX_BYTES = 64 * 1024 * 1024;

const Info = TypeCompiler.Compile(Type.Object({
  total: Type.Optional(Type.Integer()),
  state: Type.Object({
    subjects: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  }),
}));

/**
 * Lists subjects. The server counts and sorts all that match for each call.
 *
 * @throws {BusError} What a request throws, and `TIMEOUT` while the stream has no leader.
 */
export async function listSubjects(
  { requests, realm }: Bus,
  { stream, filter, offset = 0, timeoutMs = TIMEOUT_MS }: ListSubjectsOptions & {
    readonly stream: StreamPurpose;
  },
): Promise<SubjectPage> {
  const body = encodeJson({ subjects_filter: filter, offset });
  const answer = await requests.request(streamInfoSubject(realm, stream), body, {
    timeoutMs,
  });
  const info = decodeJson(answer.data, { maxBytes: MAX_BYTES });
  if (!Info.Check(info)) {
    throw new BusError("TIMEOUT", `Cannot list ${filter}: the stream does not answer as it should`);
  }
  // Without one it has no messages that match.
  const subjects = Object.keys(info.state.subjects ?? {}).sort();
  return { subjects, total: info.total ?? subjects.length };
}
