/**
 * Reads frames. Every limit is enforced before anybody else sees a value.
 *
 * @module
 */
import { CALL_ERRORS } from "../call_codes.ts";
import type { Identity } from "../identity.ts";
import { parseOperationName } from "../names.ts";
import { soundProgress } from "../progress.ts";
import type { ParsedFrame, WireError, WireEvent, WireRequest } from "./events.ts";
import {
  cannotHoldForbiddenKey,
  decodeUtf8,
  exceedsUtf8,
  hasForbiddenKey,
  isJsonObject,
  type JsonObject,
  own,
  parseJson,
} from "./json.ts";
import { DEFAULT_WIRE_LIMITS, type WireLimits } from "./limits.ts";
import { scanJson } from "./scan.ts";

const EVENT_TYPES: ReadonlySet<string> = new Set(
  [
    "call.requested",
    "call.responded",
    "call.completed",
    "call.aborted",
    "call.error",
    "call.credit",
    "call.progress",
  ] satisfies WireEvent["type"][],
);
/** What a handler or a caller is given as it is; its keys are never used as names here. */
const VALUES: ReadonlySet<string> = new Set(["input", "output", "details"]);
const PRINTABLE = /^[\x20-\x7e]+$/;
const PAYLOAD: ReadonlySet<string> = new Set(["payload"]);

function isEventType(type: string): type is WireEvent["type"] {
  return EVENT_TYPES.has(type);
}

function violation(reason: string, closeCode: 1002 | 1009 = 1002): ParsedFrame {
  return { kind: "violation", closeCode, reason };
}

/** A protocol error that is told in fixed words. */
function errorOf(code: "INVALID_INPUT" | "NOT_FOUND", reason?: string): WireError {
  const { message, retryable } = CALL_ERRORS[code];
  return { code, message: reason === undefined ? message : `${message}: ${reason}`, retryable };
}

function isId(value: unknown, { idBytes }: WireLimits): value is string {
  return typeof value === "string" && value.length <= idBytes && PRINTABLE.test(value);
}

/** The text of a frame, or what is wrong with it. */
function textOf(
  frame: string | Uint8Array,
  { frameBytes }: WireLimits,
): { text: string; bytes: number } | ParsedFrame {
  const bytes = typeof frame === "string" ? frame.length : frame.byteLength;
  const tooLarge = typeof frame === "string" ? exceedsUtf8(frame, frameBytes) : bytes > frameBytes;
  if (tooLarge) return violation("frame is too large", 1009);
  if (typeof frame === "string") return { text: frame, bytes };
  const text = decodeUtf8(frame);
  return text === undefined ? violation("frame is not UTF-8") : { text, bytes };
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** A claim about somebody; anything that is none counts as absent. */
export function parseIdentity(value: unknown, maxBytes: number): Identity | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = own(value, "id");
  const scopes = own(value, "scopes") ?? [];
  const resources = own(value, "resources") ?? {};
  if (typeof id !== "string" || id === "" || !isStringList(scopes)) return undefined;
  if (!isJsonObject(resources)) return undefined;
  const entries = Object.entries(resources).flatMap(([type, actions]) =>
    isStringList(actions) ? [[type, actions] as const] : []
  );
  if (entries.length !== Object.keys(resources).length) return undefined;
  const identity = { id, scopes, resources: Object.fromEntries(entries) };
  return exceedsUtf8(JSON.stringify(identity), maxBytes) ? undefined : identity;
}

function tokenOf(value: unknown, maxBytes: number): string | null {
  return typeof value === "string" && value !== "" && !exceedsUtf8(value, maxBytes) ? value : null;
}

function parseRequest(payload: JsonObject, limits: WireLimits): WireRequest | WireError {
  const operationId = own(payload, "operationId");
  if (typeof operationId !== "string") return errorOf("INVALID_INPUT", "operationId is no string");
  const operation = parseOperationName(operationId);
  if (operation === undefined) return errorOf("NOT_FOUND");
  const input = own(payload, "input");
  const token = own(payload, "auth_token");
  const forwardedFor = parseIdentity(own(payload, "forwarded_for"), limits.forwardedForBytes);
  const timeoutMs = own(payload, "timeout_ms");
  const credit = own(payload, "credit");
  const idempotencyKey = own(payload, "idempotency_key");
  // Without it the request would run, and run again when it is sent again.
  if (idempotencyKey !== undefined && typeof idempotencyKey !== "string") {
    return errorOf("INVALID_INPUT", "idempotency_key is no string");
  }
  const trace = own(payload, "traceparent"), state = own(payload, "tracestate");
  // Not put together of parts that are mostly empty: every request comes through here.
  const request: Writable<WireRequest> = { operation, input: input === undefined ? {} : input };
  if (token !== undefined) request.authToken = tokenOf(token, limits.authTokenBytes);
  if (forwardedFor !== undefined) request.forwardedFor = forwardedFor;
  if (typeof timeoutMs === "number" && timeoutMs > 0) request.timeoutMs = timeoutMs;
  if (isCredit(credit)) request.credit = credit;
  if (idempotencyKey !== undefined) request.idempotencyKey = idempotencyKey;
  if (own(payload, "wants_progress") === true) request.wantsProgress = true;
  if (typeof trace === "string") {
    request.traceparent = trace;
    if (typeof state === "string") request.tracestate = state;
  }
  return request;
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

function isCredit(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function parseError(payload: JsonObject): WireError | undefined {
  const code = own(payload, "code");
  const message = own(payload, "message");
  const retryable = own(payload, "retryable");
  const details = own(payload, "details");
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return {
    code,
    message,
    retryable: typeof retryable === "boolean"
      ? retryable
      : code === "TIMEOUT" || code === "RATE_LIMITED",
    ...(details === undefined ? {} : { details }),
  };
}

function parseEvent(
  { type, id, payload }: { type: WireEvent["type"]; id: string; payload: JsonObject },
  limits: WireLimits,
): WireEvent | WireError {
  switch (type) {
    case "call.requested": {
      const request = parseRequest(payload, limits);
      return "code" in request ? request : { type, id, payload: request };
    }
    case "call.responded":
      return { type, id, payload: { output: own(payload, "output") } };
    case "call.error": {
      const error = parseError(payload);
      return error === undefined
        ? errorOf("INVALID_INPUT", "error without code and message")
        : { type, id, payload: error };
    }
    case "call.credit": {
      const credit = own(payload, "credit");
      return isCredit(credit)
        ? { type, id, payload: { credit } }
        : errorOf("INVALID_INPUT", "credit is no positive integer");
    }
    case "call.progress": {
      const report = soundProgress({
        progress: own(payload, "progress"),
        total: own(payload, "total"),
        message: own(payload, "message"),
      });
      return report === undefined
        ? errorOf("INVALID_INPUT", "progress is no number")
        : { type, id, payload: report };
    }
    default:
      return { type, id };
  }
}

/** What is left to say of a frame that breaks a bound: which request it was, if that can be told. */
function refuseOversized(
  scan: ReturnType<typeof scanJson>,
  limits: WireLimits,
): ParsedFrame {
  const reason = `too many ${scan.fault === "depth" ? "levels" : scan.fault}`;
  const id = scan.id === undefined ? undefined : parseJson(scan.id);
  const type = scan.type === undefined ? undefined : parseJson(scan.type);
  if (scan.faultAtTop || !isId(id, limits) || typeof type !== "string" || !isEventType(type)) {
    return violation(reason);
  }
  return { kind: "refused", type, id, error: errorOf("INVALID_INPUT", reason) };
}

/**
 * Reads one frame. Never throws, and allocates no more than the frame's own size allows.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { parseFrame } from "@alkdev/operations";
 *
 * const frame = '{"type":"call.requested","id":"1","payload":{"operationId":"/fs/read","input":7}}';
 * deepStrictEqual(parseFrame(frame), {
 *   kind: "event",
 *   event: { type: "call.requested", id: "1", payload: { operation: "fs/read", input: 7 } },
 *   bytes: frame.length,
 * });
 * deepStrictEqual(parseFrame("nonsense"), {
 *   kind: "violation", closeCode: 1002, reason: "frame is not JSON",
 * });
 * ```
 */
export function parseFrame(
  frame: string | Uint8Array,
  limits: WireLimits = DEFAULT_WIRE_LIMITS,
): ParsedFrame {
  const read = textOf(frame, limits);
  if ("kind" in read) return read;
  const scan = scanJson(read.text, limits);
  if (scan.fault !== undefined) return refuseOversized(scan, limits);
  const envelope = parseJson(read.text);
  if (envelope === undefined) return violation("frame is not JSON");
  if (!isJsonObject(envelope)) return violation("frame is not an object");
  const { text, bytes } = read;
  return parseEnvelope(envelope, { limits, bytes, isHarmless: cannotHoldForbiddenKey(text) });
}

function parseEnvelope(
  envelope: JsonObject,
  { limits, bytes, isHarmless }: { limits: WireLimits; bytes: number; isHarmless: boolean },
): ParsedFrame {
  const type = own(envelope, "type");
  const id = own(envelope, "id");
  const payload = own(envelope, "payload");
  if (!isHarmless && hasForbiddenKey(envelope, PAYLOAD)) {
    return violation("envelope has a key that is not allowed");
  }
  if (typeof type !== "string") return violation("type is no string");
  if (!isId(id, limits)) return violation("id is not 1 to 128 printable characters");
  if (!isJsonObject(payload)) return violation("payload is no object");
  if (!isEventType(type)) return { kind: "ignored", type };
  if (!isHarmless && hasForbiddenKey(payload, VALUES)) {
    const error = errorOf("INVALID_INPUT", "payload has a key that is not allowed");
    return { kind: "refused", type, id, error };
  }
  const event = parseEvent({ type, id, payload }, limits);
  return "type" in event
    ? { kind: "event", event, bytes }
    : { kind: "refused", type, id, error: event };
}
