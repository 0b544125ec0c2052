/**
 * References inside of a document.
 *
 * @module
 */

type Json = { readonly [key: string]: unknown };

/** More than any schema needs; less than what a few references to each other can unfold to. */
const MAX_NODES = 50_000;

/** What came of one value. */
export interface Copy {
  readonly value: unknown;
  /** Its objects and lists, each counted at every place where it stands. */
  readonly size: number;
}

/** What stands where a schema would contain itself. */
const CYCLE: Copy = { value: Object.freeze({ type: "object" }), size: 1 };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function sizeOf(members: readonly Copy[]): number {
  const size = members.reduce((sum, member) => sum + member.size, 1);
  return Math.min(size, MAX_NODES + 1);
}

function tooLarge(): RangeError {
  return new RangeError("Cannot read document: its references unfold too far");
}

function segmentsOf(ref: string): string[] {
  if (!ref.startsWith("#")) throw new Error(`External refs not supported: ${ref}`);
  return ref.slice(1).split("/").slice(1).map((segment) =>
    decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

/** Resolves the references of one document. */
export class References {
  readonly #document: unknown;
  /** Copies that would be the same wherever they stood; they are shared, not made anew. */
  readonly #copies = new Map<unknown, Copy>();
  /** What is being copied, with how many were before it. */
  readonly #open = new Map<unknown, number>();
  /** The outermost of these that the copy in work contains again. */
  #outermost = Infinity;
  #visited = 0;

  /** Takes the document that local references point into. */
  constructor(document: unknown) {
    this.#document = document;
  }

  /**
   * `value`, or what it refers to; only the outermost reference is followed.
   *
   * @throws {Error} if the reference leads out of the document, or nowhere.
   */
  follow(value: unknown): unknown {
    const seen = new Set<unknown>();
    let current = value;
    while (isObject(current) && typeof current.$ref === "string" && !seen.has(current)) {
      seen.add(current);
      current = this.#find(current.$ref);
    }
    return current;
  }

  /**
   * A copy of `value` with every reference replaced by what it refers to. Where that would never
   * end, an object without further description stands. Parts of it may be shared with other copies.
   *
   * @throws {Error} if a reference leads out of the document or nowhere.
   * @throws {RangeError} if the copy grows without measure.
   */
  inline(value: unknown): unknown {
    return this.unfold(value).value;
  }

  /**
   * As {@linkcode References.inline}, with the size of the copy.
   *
   * @throws {Error} as that does, and if the size is more than `maxNodes`.
   */
  unfold(value: unknown, maxNodes: number = MAX_NODES): Copy {
    this.#open.clear();
    this.#outermost = Infinity;
    this.#visited = 0;
    const copy = this.#copy(value);
    if (copy.size > Math.min(maxNodes, MAX_NODES)) throw tooLarge();
    return copy;
  }

  #copy(value: unknown): Copy {
    if (!isObject(value)) return { value, size: 0 };
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const openAt = this.#open.get(value);
    if (openAt !== undefined) {
      this.#outermost = Math.min(this.#outermost, openAt);
      return CYCLE;
    }
    this.#visited += 1;
    if (this.#visited > MAX_NODES) throw tooLarge();
    return this.#copyAnew(value);
  }

  #copyAnew(value: Json): Copy {
    const before = this.#outermost;
    const depth = this.#open.size;
    this.#outermost = Infinity;
    this.#open.set(value, depth);
    const copy = Array.isArray(value) ? this.#copyList(value) : this.#copyObject(value);
    this.#open.delete(value);
    // What was cut because of something around it is cut elsewhere in another place.
    if (this.#outermost >= depth) {
      this.#copies.set(value, copy);
      this.#outermost = before;
    } else this.#outermost = Math.min(before, this.#outermost);
    return copy;
  }

  #copyList(list: readonly unknown[]): Copy {
    const copies = list.map((item) => this.#copy(item));
    return { value: copies.map(({ value }) => value), size: sizeOf(copies) };
  }

  #copyObject(object: Json): Copy {
    const { $ref, ...rest } = object;
    const entries = Object.entries(typeof $ref === "string" ? rest : object);
    const copies = entries.map(([, member]) => this.#copy(member));
    const own = entries.map(([key], index) => [key, copies[index]?.value] as const);
    if (typeof $ref !== "string") return { value: Object.fromEntries(own), size: sizeOf(copies) };
    const target = this.#copy(this.#find($ref));
    if (!isObject(target.value) || own.length === 0) return target;
    // What stands beside a reference (a description, a default) counts for this place.
    const value = { ...target.value, ...Object.fromEntries(own) };
    return { value, size: sizeOf([target, ...copies]) };
  }

  #find(ref: string): unknown {
    let found: unknown = this.#document;
    for (const segment of segmentsOf(ref)) {
      found = isObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
    }
    if (found === undefined) throw new Error(`Cannot resolve ref: ${ref}`);
    return found;
  }
}
