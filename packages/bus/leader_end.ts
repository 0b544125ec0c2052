/**
 * Asks the leader of a stream where it ends, and believes only who is sure to lead it.
 *
 * A server that is cut off from the others, or was stopped, takes itself for the leader until it hears
 * of its successor, and answers what it knew when it was parted from them. Who has heard of enough
 * others lately cannot have a successor: they elect one when they have heard nothing for four seconds.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { decodeJson, encodeJson } from "./codec.ts";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { leaderGetSubject, streamInfoSubject } from "./server_subjects.ts";

/** The end of a stream. */
export interface LeaderEnd {
  /** Sequence of its last message. */
  readonly lastSeq: number;
  /** Whether it has any message of the subject that was asked for. */
  readonly hasSubject: boolean;
}

/** A leader says every second that it is there, and is answered at once. */
const HEARD_NS = 3_000_000_000;
const MAX_INFO_BYTES = 1024 * 1024, MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** The server's own number for a message that is not there. */
const NO_MESSAGE = 10037;

const Info = TypeCompiler.Compile(Type.Object({
  state: Type.Object({
    last_seq: Type.Integer(),
    subjects: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  }),
  cluster: Type.Optional(Type.Object({
    replicas: Type.Optional(Type.Array(Type.Object({
      /** Nanoseconds since it was heard of; 0: never yet. */
      active: Type.Integer(),
    }))),
  })),
}));

/**
 * Asks for the end of a stream, and about one subject if that is wanted.
 *
 * @throws {BusError} that is retryable when nobody can be believed.
 */
export async function leaderEnd(
  { requests, realm }: Bus,
  stream: StreamPurpose,
  { subject }: { readonly subject?: string } = {},
): Promise<LeaderEnd> {
  const body = encodeJson(subject === undefined ? {} : { subjects_filter: subject });
  const { data } = await requests.request(streamInfoSubject(realm, stream), body);
  const info = decodeJson(data, { maxBytes: MAX_INFO_BYTES });
  if (!Info.Check(info)) throw unsure(stream, "the stream does not answer as it should");
  const { state, cluster } = info;
  const others = cluster?.replicas ?? [];
  const heard = others.filter(({ active }) => active > 0 && active < HEARD_NS);
  // With itself they are a majority.
  if (heard.length < Math.ceil(others.length / 2)) {
    throw unsure(stream, "its leader may have a successor");
  }
  return { lastSeq: state.last_seq, hasSubject: Object.keys(state.subjects ?? {}).length > 0 };
}

const Answer = TypeCompiler.Compile(Type.Object({
  message: Type.Optional(Type.Object({})),
  error: Type.Optional(Type.Object({ err_code: Type.Integer() })),
}));

/**
 * Whether a subject has nothing after `seq`, as whoever takes itself for the leader knows.
 *
 * @throws {BusError} that is retryable when nobody answers.
 */
export async function isLastAtLeader(
  { requests, realm }: Bus,
  stream: StreamPurpose,
  { subject, seq }: { readonly subject: string; readonly seq: number },
): Promise<boolean> {
  const asked = encodeJson({ seq: seq + 1, next_by_subj: subject });
  const { data } = await requests.request(leaderGetSubject(realm, stream), asked);
  const answer = decodeJson(data, { maxBytes: MAX_MESSAGE_BYTES });
  if (!Answer.Check(answer)) throw unsure(stream, "the stream does not answer as it should");
  if (answer.message !== undefined) return false;
  // A stream that is not there, or not yet, is "not found" as well, and says nothing of its end.
  if (answer.error?.err_code === NO_MESSAGE) return true;
  throw unsure(stream, "the stream does not answer as it should");
}

function unsure(stream: StreamPurpose, why: string): BusError {
  return new BusError("TIMEOUT", `Cannot read ${stream}: ${why}`);
}
