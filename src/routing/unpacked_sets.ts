/**
 * Sets of operations that are in use, unpacked, within bounds of memory: what was not asked for lately
 * is forgotten, and unpacked anew from its packed form.
 *
 * @module
 */
import { fromTakenSpec, fromWireSpec, type ImportedSpec } from "@alkdev/operations";

/** The operations of a set that is unpacked. */
export type Unpacked = ReadonlyMap<string, ImportedSpec>;

/** Keeps sets that were asked for lately. */
export interface UnpackedSets {
  /** The operations of a set, by name; `unpack` gives their specifications, as they were told. */
  of(hash: string, unpack: () => readonly unknown[]): Unpacked;
}

/** An operation whose schemas are compiled when they are first asked for. */
interface Held {
  readonly light: ImportedSpec;
  readonly value: unknown;
  full?: ImportedSpec;
}

interface Generation {
  readonly sets: Map<string, HeldSet>;
  chars: number;
}

/** What is held of one set: operations, and what they are for whoever asks. */
interface HeldSet {
  readonly held: ReadonlyMap<string, Held>;
  readonly operations: Unpacked;
  readonly chars: number;
}

/** Characters of the specifications that are held; compiled, they take about six times as many bytes. */
const MAX_CHARS = 4 * 1024 * 1024;

/** Creates a keeper that holds nothing. */
export function createUnpackedSets(maxChars: number = MAX_CHARS): UnpackedSets {
  // Two generations: what is asked for in the old one moves to the young one, and lives on.
  let young: Generation = { sets: new Map(), chars: 0 }, old = young;

  function find(hash: string, unpack: () => readonly unknown[]): HeldSet {
    const known = young.sets.get(hash);
    if (known !== undefined) return known;
    const found = old.sets.get(hash) ?? hold(unpack(), (name) => full(hash, name, unpack));
    if (young.chars + found.chars > maxChars / 2) {
      [old, young] = [young, { sets: new Map(), chars: 0 }];
    }
    young.sets.set(hash, found);
    young.chars += found.chars;
    return found;
  }

  /** Found anew each time: whoever keeps an operation does not keep its schemas with it. */
  function full(hash: string, name: string, unpack: () => readonly unknown[]): ImportedSpec {
    const held = find(hash, unpack).held.get(name);
    if (held === undefined) throw new Error(`There is no operation ${name} in the set ${hash}`);
    return held.full ??= fromWireSpec(held.value);
  }

  return { of: (hash, unpack) => find(hash, unpack).operations };
}

function hold(values: readonly unknown[], full: (name: string) => ImportedSpec): HeldSet {
  const held = new Map<string, Held>(), operations = new Map<string, ImportedSpec>();
  for (const value of values) {
    const light: ImportedSpec = fromTakenSpec(value, {
      input: () => full(light.name).spec.inputSchema,
      output: () => full(light.name).spec.outputSchema,
    });
    held.set(light.name, { light, value });
    operations.set(light.name, light);
  }
  return { held, operations, chars: JSON.stringify(values).length };
}
