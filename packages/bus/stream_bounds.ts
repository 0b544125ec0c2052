/**
 * Where a stream begins and ends.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { decodeJson } from "./codec.ts";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { streamInfoSubject } from "./server_subjects.ts";

/** Sequences of a stream's first and last message; of an empty one, `last` is before `first`. */
export interface StreamBounds {
  readonly first: number;
  readonly last: number;
}

const Info = TypeCompiler.Compile(Type.Object({
  state: Type.Object({ first_seq: Type.Integer(), last_seq: Type.Integer() }),
}));

/**
 * Asks the stream's leader.
 *
 * @throws {BusError} What a request throws, and `TIMEOUT` while the stream has no leader.
 */
export async function streamBounds(
  { requests, realm }: Bus,
  stream: StreamPurpose,
): Promise<StreamBounds> {
  const answer = await requests.request(streamInfoSubject(realm, stream));
  const info = decodeJson(answer.data);
  if (!Info.Check(info)) {
    throw new BusError("TIMEOUT", `Cannot look at ${stream}: it does not answer as it should`);
  }
  return { first: info.state.first_seq, last: info.state.last_seq };
}
