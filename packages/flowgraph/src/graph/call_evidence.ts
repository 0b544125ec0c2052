/**
 * What has been seen of one call. Events may come late, twice and in any order, so a call is computed
 * from the set of its events: every merge below is commutative, associative and idempotent.
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";
import type { CallErrorInfo, CallNodeAttrs } from "../schema/call.ts";
import type { ParsedCallEvent } from "../schema/event.ts";

/** Something seen, and when. */
export interface Seen<T> {
  readonly at: string;
  readonly value: T;
}

/** An output seen, which may be nothing. */
export interface SeenOutput {
  readonly at: string;
  readonly value?: unknown;
}

/** The fields of a request that the graph keeps. */
export type Request = Pick<CallNodeAttrs, "operationId" | "input" | "parentRequestId" | "identity">;

/** Of each kind of event the one that counts. */
export interface CallEvidence {
  readonly requested?: Seen<Request>;
  readonly firstResponse?: SeenOutput;
  readonly lastResponse?: SeenOutput;
  readonly completed?: Seen<null>;
  readonly error?: Seen<CallErrorInfo>;
  readonly aborted?: Seen<null>;
  /** Set where the status was written directly: it is at least running. */
  readonly runningSince?: Seen<null>;
}

const KINDS = [
  "requested",
  "firstResponse",
  "lastResponse",
  "completed",
  "error",
  "aborted",
] as const;

const RESPONSE_SOURCES = new Set<unknown>(["local", "http", "mcp"]);

/** The data of a response envelope; any other value is its own data. */
export function unwrapResponse(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!("data" in value) || !("meta" in value)) return value;
  const { data, meta } = value;
  const isMeta = typeof meta === "object" && meta !== null && "source" in meta;
  return isMeta && RESPONSE_SOURCES.has(meta.source) ? data : value;
}

/** Orders times; text that is no date comes last, by its characters. */
export function compareTimes(a: string, b: string): number {
  if (a === b) return 0;
  const left = Date.parse(a), right = Date.parse(b);
  if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) {
    return Number.isNaN(left) ? 1 : Number.isNaN(right) ? -1 : left - right;
  }
  return Number.isNaN(left) ? (a < b ? -1 : 1) : 0;
}

function choose<T extends SeenOutput>(known: T | undefined, seen: T, sign: 1 | -1): T {
  if (known === undefined) return seen;
  const order = compareTimes(known.at, seen.at) * sign;
  if (order !== 0) return order < 0 ? known : seen;
  const left = canonicalJson(known.value), right = canonicalJson(seen.value);
  // Two spellings of one moment: the text decides, so that the order of arrival does not.
  if (left === right) return known.at <= seen.at ? known : seen;
  return left < right ? known : seen;
}

function request(
  { operationId, input, parentRequestId, identity }: Request,
): Request {
  return {
    operationId,
    ...(input !== undefined && { input }),
    ...(parentRequestId !== undefined && { parentRequestId }),
    ...(identity !== undefined && { identity }),
  };
}

type Merge = (known: CallEvidence) => CallEvidence;

/** How one event changes what has been seen. */
function mergeOf(event: ParsedCallEvent, at: string): Merge {
  switch (event.type) {
    case "call.requested":
      return (known) => ({
        requested: choose(known.requested, { at, value: request(event.payload) }, 1),
      });
    case "call.responded": {
      const seen = { at, value: unwrapResponse(event.payload.output) };
      return ({ firstResponse, lastResponse }) => ({
        firstResponse: choose(firstResponse, seen, 1),
        lastResponse: choose(lastResponse, seen, -1),
      });
    }
    case "call.completed":
      return ({ completed }) => ({ completed: choose(completed, { at, value: null }, 1) });
    case "call.aborted":
      return ({ aborted }) => ({ aborted: choose(aborted, { at, value: null }, 1) });
    case "call.error": {
      const { code, message, details } = event.payload;
      const value = { code, message, ...(details !== undefined && { details }) };
      return ({ error }) => ({ error: choose(error, { at, value }, 1) });
    }
  }
}

/** Adds one event to what has been seen; the same object where it adds nothing. */
export function addEvidence(
  known: CallEvidence,
  event: ParsedCallEvent,
  at: string,
): CallEvidence {
  const next = { ...known, ...mergeOf(event, at)(known) };
  const isSame = KINDS.every((kind) => next[kind] === known[kind]);
  return isSame ? known : next;
}

/** What a call's attributes alone tell of its events; enough unless events contradicted each other. */
export function evidenceOf(attrs: CallNodeAttrs): CallEvidence {
  const { status, requestedAt, startedAt, completedAt, output, error } = attrs;
  const began = startedAt ?? requestedAt ?? "", ended = completedAt ?? "";
  const hasOutput = "output" in attrs;
  // Written by hand; a response tells by itself when a call began.
  const ranBefore = status === "running"
    ? !hasOutput
    : startedAt !== undefined && startedAt !== requestedAt;
  const response = { at: status === "running" ? began : ended, value: output };
  return {
    ...(!attrs.placeholder && { requested: { at: requestedAt ?? "", value: request(attrs) } }),
    ...(hasOutput && { firstResponse: response, lastResponse: response }),
    ...(status === "completed" && !hasOutput && { completed: { at: ended, value: null } }),
    ...(status === "aborted" && { aborted: { at: ended, value: null } }),
    ...(status === "failed" && error && { error: { at: ended, value: error } }),
    ...(ranBefore && { runningSince: { at: began, value: null } }),
  };
}
