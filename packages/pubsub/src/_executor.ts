/** Hands a value to the consumer; resolves when the value after it is asked for. */
export type Push<T, TNext = unknown> = (value: PromiseLike<T> | T) => Promise<TNext | undefined>;

/** Ends the iteration when called, and settles when it has ended for whatever reason. */
export type Stop = ((err?: unknown) => undefined) & Promise<undefined>;

/** Feeds a repeater; runs once, inside the first `next`. */
// deno-lint-ignore no-explicit-any -- a consumer that names no return type may take anything
export type RepeaterExecutor<T, TReturn = any, TNext = unknown> = (
  push: Push<T, TNext>,
  stop: Stop,
) => PromiseLike<TReturn> | TReturn;
