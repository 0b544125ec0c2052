/** Whether awaiting `value` would call its `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    "then" in value && typeof value.then === "function";
}

/** Keeps a rejection that is dealt with elsewhere from counting as unhandled. */
export function swallow(value: unknown): void {
  if (isThenable(value)) value.then(undefined, () => {});
}

/**
 * What `push` gives back: settles with what the consumer says when it asks for the value after.
 *
 * A real promise is made only when somebody looks, because most producers never do; and whether
 * somebody looked decides who gets an error that the consumer throws in.
 */
export class Answer<T> implements Promise<T | undefined> {
  readonly [Symbol.toStringTag] = "Promise";
  #watched = false;
  #settled = false;
  #value: PromiseLike<T> | T | undefined;
  #promise: Promise<T | undefined> | undefined;
  #resolve: ((value: PromiseLike<T> | T | undefined) => void) | undefined;

  /** Whether the producer looks at this answer, and so handles an error in it. */
  get watched(): boolean {
    return this.#watched;
  }

  settle(value: PromiseLike<T> | T | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#value = value;
    this.#resolve?.(value);
  }

  then<A = T | undefined, B = never>(
    onFulfilled?: ((value: T | undefined) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#watched = true;
    return this.#open().then(onFulfilled, onRejected);
  }

  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<T | undefined | B> {
    this.#watched = true;
    return this.#open().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T | undefined> {
    return this.#open().finally(onFinally);
  }

  #open(): Promise<T | undefined> {
    this.#promise ??= this.#settled
      ? Promise.resolve(this.#value)
      : new Promise((resolve) => this.#resolve = resolve);
    return this.#promise;
  }
}
