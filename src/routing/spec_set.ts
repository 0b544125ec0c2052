/**
 * What a node offers, as a whole: stored and held once, however many nodes offer the same.
 *
 * @module
 */
import { type ImportedSpec, importSpecs } from "@alkdev/operations";

/** The operations of one or more nodes. */
export interface SpecSet {
  /** Of its canonical spelling; equal sets have equal hashes. */
  readonly hash: string;
  /** By the name that the nodes have for it. */
  readonly operations: ReadonlyMap<string, ImportedSpec>;
}

/** A set as it is stored. */
export interface PackedSpecSet {
  readonly set: SpecSet;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Largest spelling that is unpacked: what {@linkcode importSpecs} takes, and its commas. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * Reads what a node tells of its operations, and packs it for storing.
 *
 * @throws {ImportError} as `importSpecs()` does.
 */
export async function packSpecSet(values: readonly unknown[]): Promise<PackedSpecSet> {
  const operations = byName(values);
  const sorted = values.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
  const spelled = new TextEncoder().encode(JSON.stringify(sorted));
  const bytes = await transform(spelled, new CompressionStream("gzip"), MAX_BYTES);
  return { set: { hash: await hashOf(spelled), operations }, bytes };
}

/**
 * Reads a set that another node of the hub has stored.
 *
 * @throws {Error} when it is damaged.
 */
export async function unpackSpecSet(bytes: Uint8Array<ArrayBuffer>): Promise<SpecSet> {
  const spelled = await transform(bytes, new DecompressionStream("gzip"), MAX_BYTES);
  const values: unknown = JSON.parse(new TextDecoder().decode(spelled));
  if (!Array.isArray(values)) throw new Error("Cannot read a set of operations: it is no list");
  return { hash: await hashOf(spelled), operations: byName(values) };
}

function byName(values: readonly unknown[]): ReadonlyMap<string, ImportedSpec> {
  return new Map(importSpecs(values).map((imported) => [imported.name, imported]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return digest.toHex().slice(0, 32);
}

async function transform(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Read piece by piece: a small message may unpack into a very large one.
  for await (const part of new Blob([bytes]).stream().pipeThrough(through)) {
    length += part.byteLength;
    if (length > maxBytes) throw new RangeError(`A set of operations is above ${maxBytes} bytes`);
    parts.push(part);
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
