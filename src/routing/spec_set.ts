/**
 * What a node offers, as a whole: stored and held once, however many nodes offer the same, and packed
 * until somebody asks for it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { deflateRaw, inflateRawSync } from "node:zlib";
import { type ImportedSpec, importSpecs } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import { createUnpackedSets, type Unpacked, type UnpackedSets } from "./unpacked_sets.ts";

const log = getLogger("routing");

/** The operations of one or more nodes. */
export interface SpecSet {
  /** Of its canonical spelling; equal sets have equal hashes. */
  readonly hash: string;
  /** By the name that the nodes have for it. The names are at hand, the rest is unpacked. */
  readonly operations: Unpacked;
  /** What the nodes told of their operations, unpacked and no more: nothing of it is compiled. */
  readonly told?: () => readonly unknown[];
}

/** A set as it is stored. */
export interface PackedSpecSet {
  readonly set: SpecSet;
  readonly bytes: Uint8Array;
}

/** Largest spelling that is unpacked: what {@linkcode importSpecs} takes, and its line feeds. */
const MAX_BYTES = 5 * 1024 * 1024;
const LINE_FEED = 10;

const pack = promisify(deflateRaw);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Reads what a node tells of its operations, and packs it for storing.
 *
 * @throws {ImportError} as `importSpecs()` does.
 */
export async function packSpecSet(
  values: readonly unknown[],
  unpacked: UnpackedSets = createUnpackedSets(),
): Promise<PackedSpecSet> {
  const lines = importSpecs(values)
    .map(({ name }, at) => ({ name, line: JSON.stringify(values[at]) }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const spelled = lines.map(({ line }) => line).join("\n");
  const head = [hashOf(spelled), ...lines.map(({ name }) => name)].join(" ");
  const body = await pack(spelled);
  const bytes = new Uint8Array(Buffer.concat([encoder.encode(`${head}\n`), body]));
  return { set: readSpecSet(bytes, unpacked), bytes };
}

/**
 * Reads a set that a node of the hub has stored. It keeps `bytes`.
 *
 * @throws {Error} when no hub has stored that.
 */
export function readSpecSet(
  bytes: Uint8Array,
  unpacked: UnpackedSets = createUnpackedSets(),
): SpecSet {
  const end = bytes.indexOf(LINE_FEED);
  const [hash = "", ...names] = decoder.decode(bytes.subarray(0, Math.max(0, end))).split(" ");
  if (!/^[0-9a-f]{32}$/.test(hash)) {
    throw new Error("Cannot read a set of operations: it has no head");
  }
  const body = bytes.subarray(end + 1);
  return {
    hash,
    operations: new PackedOperations({ hash, names, body, unpacked }),
    told: () => unpack(body, hash),
  };
}

/** Operations whose names are known, and which are unpacked when more is asked. */
class PackedOperations implements Unpacked {
  readonly #names: ReadonlySet<string>;
  readonly #read: () => Unpacked;

  constructor({ hash, names, body, unpacked }: {
    readonly hash: string;
    readonly names: readonly string[];
    readonly body: Uint8Array;
    readonly unpacked: UnpackedSets;
  }) {
    this.#names = new Set(names);
    this.#read = () => unpacked.of(hash, () => unpack(body, hash));
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get(name: string): ImportedSpec | undefined {
    return this.#names.has(name) ? this.#read().get(name) : undefined;
  }

  keys(): MapIterator<string> {
    return this.#names.keys();
  }

  values(): MapIterator<ImportedSpec> {
    return this.#read().values();
  }

  entries(): MapIterator<[string, ImportedSpec]> {
    return this.#read().entries();
  }

  forEach(tell: (value: ImportedSpec, key: string, map: Unpacked) => void): void {
    for (const [name, imported] of this.entries()) tell(imported, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, ImportedSpec]> {
    return this.entries();
  }
}

/** A set that is damaged offers nothing: whoever asks can do nothing about it. */
function unpack(body: Uint8Array, hash: string): readonly unknown[] {
  try {
    const spelled = decoder.decode(inflateRawSync(body, { maxOutputLength: MAX_BYTES }));
    if (hashOf(spelled) !== hash) throw new Error("it is not what its hash says");
    return spelled === "" ? [] : spelled.split("\n").map((line): unknown => JSON.parse(line));
  } catch (error) {
    log.error("set of operations cannot be read", { hash, error });
    return [];
  }
}

function hashOf(spelled: string): string {
  return createHash("sha256").update(spelled).digest("hex").slice(0, 32);
}
