/**
 * References inside of a document.
 *
 * @module
 */

type Json = { readonly [key: string]: unknown };

/** More than any document needs; less than what a few references to each other can unfold to. */
const MAX_NODES = 200_000;
const CYCLE = Object.freeze({ type: "object" });

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
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
  #nodes = 0;

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
   * end, an object without further description stands.
   *
   * @throws {Error} if a reference leads out of the document or nowhere, or the copy grows without measure.
   */
  inline(value: unknown, open: ReadonlySet<unknown> = new Set()): unknown {
    if (!isObject(value)) return value;
    if (open.has(value)) return CYCLE;
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) {
      throw new Error("Cannot read document: its references unfold too far");
    }
    const inside = new Set(open).add(value);
    if (Array.isArray(value)) return value.map((item) => this.inline(item, inside));
    const { $ref, ...rest } = value;
    const own = Object.entries(typeof $ref === "string" ? rest : value).map(([key, member]) =>
      [key, this.inline(member, inside)] as const
    );
    if (typeof $ref !== "string") return Object.fromEntries(own);
    const target = this.inline(this.#find($ref), inside);
    // What stands beside a reference (a description, a default) counts for this place.
    return isObject(target) && own.length > 0 ? { ...target, ...Object.fromEntries(own) } : target;
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
