/**
 * What a node says of itself in bucket `NODES`.
 *
 * @module
 */
import { decodeJson, encodeJson } from "./codec.ts";
import { BusError } from "./errors.ts";

/** What a node tells the others: addresses, versions, whatever they are to know. */
export type NodeInfo = Readonly<Record<string, string | number | boolean>>;

/** One live node. */
export interface LiveNode {
  readonly id: string;
  /** Grows with every (re)join: who answers with an older one speaks of a past life. */
  readonly epoch: number;
  readonly info: NodeInfo;
}

/** The value of a node's key. */
export interface NodeEntry {
  /** Random for each process: tells two with the same node id apart. */
  readonly instance: string;
  /** 0 in the message that joins: its own sequence is the epoch, and no message can hold that. */
  readonly epoch: number;
  readonly ttlMs: number;
  readonly info: NodeInfo;
}

const LIMITS = { maxBytes: 16 * 1024, maxDepth: 3 };

/** @throws {BusError} `TOO_LARGE` if the node has too much to say. */
export function encodeNodeEntry(entry: NodeEntry): Uint8Array {
  return encodeJson(entry, LIMITS);
}

/** @throws {BusError} `INVALID_JSON` if it is no entry of a node. */
export function decodeNodeEntry(bytes: Uint8Array): NodeEntry {
  const value = decodeJson(bytes, LIMITS);
  if (isEntry(value)) return value;
  throw new BusError("INVALID_JSON", "Cannot read a node's entry: it has another shape");
}

function isEntry(value: unknown): value is NodeEntry {
  if (!isObject(value)) return false;
  const { instance, epoch, ttlMs, info } = value;
  return typeof instance === "string" && typeof ttlMs === "number" && ttlMs > 0 &&
    Number.isSafeInteger(epoch) && Number(epoch) >= 0 && isObject(info) &&
    Object.values(info).every((one) => ["string", "number", "boolean"].includes(typeof one));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
