/**
 * What a hub answers, or whatever is there in its place.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Target } from "./target.ts";

/** Codes of our own, for what no hub has said. */
export const LOST = {
  /** Nobody answers there. */
  unreachable: "UNREACHABLE",
  /** Somebody answers, but no hub. */
  noHub: "NO_HUB",
  /** A stream was cut off before it was over. */
  cutOff: "CUT_OFF",
} as const;

const Success = Type.Object({ result: Type.Literal("ok"), output: Type.Unknown() });
const Failure = Type.Object({
  code: Type.String(),
  message: Type.String(),
  retryable: Type.Optional(Type.Boolean()),
  details: Type.Optional(Type.Unknown()),
});

/**
 * The output that a hub answers with.
 *
 * @throws {CallError} with the hub's own code, or one of {@linkcode LOST}.
 */
export async function outputOf(response: Response, target: Target): Promise<unknown> {
  const answer = await jsonOf(response);
  if (response.ok && Value.Check(Success, answer)) return answer.output;
  const to = response.headers.get("location") ?? undefined;
  throw failureOf(answer, { target, status: response.status, to });
}

/** The failure that a hub told of, or that what answers is no hub. */
export function failureOf(
  answer: unknown,
  { target, status, to }: {
    readonly target: Target;
    readonly status: number;
    readonly to?: string | undefined;
  },
): CallError {
  if (Value.Check(Failure, answer)) {
    const { code, message, details, retryable = false } = answer;
    return new CallError(code, message, details, { retryable });
  }
  const led = to === undefined ? "" : ` and leads to ${to}`;
  const message = `What answers at ${target.url} is no hub: its status is ${status}${led}`;
  return new CallError(LOST.noHub, message);
}

/** A request that got no answer: nobody is there, or the connection was lost on the way. */
export function unanswered(target: Target, cause: unknown): CallError {
  const why = connectProblem(cause);
  if (why === undefined) return cutOff(target, cause);
  const message = `No hub answers at ${target.url}, named by ${target.from}${why}`;
  return new CallError(LOST.unreachable, message, undefined, { retryable: true, cause });
}

/** Why there was no connection; `undefined` where there was one. */
function connectProblem(cause: unknown): string | undefined {
  if (!(cause instanceof TypeError)) return undefined;
  const { cause: deeper } = cause;
  // The platform tells where the request broke in nothing but its words.
  if (!(deeper instanceof Error)) return `: ${cause.message}`;
  const found = /client error \(Connect\): (.*)/.exec(deeper.message)?.[1];
  return found === undefined ? undefined : `: ${found}`;
}

/** A stream that says what no hub says. It is no loss: taken up again, it would say the same. */
export function unreadable({ url }: Target): CallError {
  const message = `Cannot read what ${url} sent: it is no hub, or of another version`;
  return new CallError(LOST.noHub, message);
}

/** What ended without being over. */
export function cutOff({ url }: Target, cause?: unknown): CallError {
  const message = `The connection to ${url} was lost`;
  return new CallError(LOST.cutOff, message, undefined, { retryable: true, cause });
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whatever answers there, it is no hub
  }
}
