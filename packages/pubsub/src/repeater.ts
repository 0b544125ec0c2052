/**
 * An async iterable that is fed from outside: the bridge from callbacks to `for await`.
 *
 * @module
 */
import { Answer, isThenable, swallow } from "./_answer.ts";
import type { RepeaterBuffer } from "./_buffers.ts";
import { latest, merge, race, zip } from "./_combinators.ts";
import type { Push, RepeaterExecutor, Stop } from "./_executor.ts";
import { RepeaterOverflowError } from "./errors.ts";

export { DroppingBuffer, FixedBuffer, type RepeaterBuffer, SlidingBuffer } from "./_buffers.ts";
export type { Push, RepeaterExecutor, Stop } from "./_executor.ts";
export { RepeaterOverflowError } from "./errors.ts";

/** How many pushes may wait for a `next`, and how many calls of `next` for a push. */
export const MAX_QUEUE_LENGTH = 1024;

const INITIAL = 0;
const STARTED = 1;
/** Nothing more is taken in; what is queued is still given out. */
const STOPPED = 2;
/** Nothing is queued any more. */
const DONE = 3;
/** Done, and values that are still being awaited are lost. */
const REJECTED = 4;

interface Queued<T, TNext> {
  readonly value: PromiseLike<T> | T;
  readonly answer: Answer<TNext>;
}

interface Waiter<T, TReturn, TNext> {
  readonly value: PromiseLike<TNext> | TNext | undefined;
  resolve(result: PromiseLike<IteratorResult<T, TReturn>> | IteratorResult<T, TReturn>): void;
}

/**
 * An async iterator whose values are pushed by an executor.
 *
 * @example Ticks become a loop, and leaving the loop cleans up
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { Repeater } from "@alkdev/pubsub";
 *
 * let cleaned = false;
 * const ticks = new Repeater<number>(async (push, stop) => {
 *   let count = 0;
 *   const timer = setInterval(() => push(count++), 1);
 *   await stop;
 *   clearInterval(timer);
 *   cleaned = true;
 * });
 *
 * const seen: number[] = [];
 * for await (const tick of ticks) {
 *   seen.push(tick);
 *   if (tick === 2) break;
 * }
 * deepStrictEqual(seen, [0, 1, 2]);
 * strictEqual(cleaned, true);
 * ```
 */
// deno-lint-ignore no-explicit-any -- as above
export class Repeater<T, TReturn = any, TNext = unknown> {
  /** Repeats the contender that is fastest, each time anew; ends with the first that ends. */
  static race<T>(contenders: Iterable<AsyncIterable<T> | Iterable<T> | T>): Repeater<T> {
    return new Repeater<T>(race(contenders));
  }

  /** Repeats the values of all contenders as they arrive; ends when all have ended. */
  static merge<T>(contenders: Iterable<AsyncIterable<T> | Iterable<T> | T>): Repeater<T> {
    return new Repeater<T>(merge(contenders));
  }

  /** Repeats arrays with the next value of every contender; ends with the first that ends. */
  static zip<T>(contenders: Iterable<AsyncIterable<T> | Iterable<T> | T>): Repeater<T[]> {
    return new Repeater<T[]>(zip(contenders));
  }

  /** Repeats arrays with the latest value of every contender; ends when all have ended. */
  static latest<T>(contenders: Iterable<AsyncIterable<T> | Iterable<T> | T>): Repeater<T[]> {
    return new Repeater<T[]>(latest(contenders));
  }

  readonly #executor: RepeaterExecutor<T, TReturn, TNext>;
  #buffer: RepeaterBuffer | undefined;
  #phase = INITIAL;
  #pushes: Queued<T, TNext>[] = [];
  #waiters: Waiter<T, TReturn, TNext>[] = [];
  /** Answer of the push whose value was given out last. */
  #unanswered: Answer<TNext> | undefined;
  /** Settles, never rejects, when all that was given out has settled. */
  #pending: Promise<unknown> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #execution: Promise<unknown> = Promise.resolve();
  #onStop: () => void = () => {};

  /** Makes a repeater that runs `executor` at its first `next`. */
  constructor(executor: RepeaterExecutor<T, TReturn, TNext>, buffer?: RepeaterBuffer) {
    this.#executor = executor;
    this.#buffer = buffer;
  }

  /**
   * Asks for a value.
   *
   * @throws {RepeaterOverflowError} at once, when {@linkcode MAX_QUEUE_LENGTH} calls are waiting.
   */
  next(value?: PromiseLike<TNext> | TNext): Promise<IteratorResult<T, TReturn>> {
    if (this.#waiters.length >= MAX_QUEUE_LENGTH) throw overflow("next");
    swallow(value);
    this.#start();
    this.#reply(value);
    const queued = this.#take();
    if (queued !== undefined) return Promise.resolve(this.#iteration(queued.value));
    if (this.#phase >= STOPPED) {
      this.#finish();
      return this.#end();
    }
    return new Promise((resolve) => this.#waiters.push({ value, resolve }));
  }

  /** Ends the iteration, drops what is queued, and resolves with `value`. */
  return(value?: PromiseLike<TReturn> | TReturn): Promise<IteratorResult<T, TReturn>> {
    swallow(value);
    this.#finish();
    this.#execution = this.#execution.then(() => value);
    return this.#end();
  }

  /** Throws `error` at the producer, and ends the iteration with it unless that handles it. */
  throw(error: unknown): Promise<IteratorResult<T, TReturn>> {
    const buffered = this.#buffer !== undefined && !this.#buffer.empty;
    if (this.#phase === STARTED && !buffered && this.#unanswered !== undefined) {
      return this.next(Promise.reject(error));
    }
    this.#finish();
    this.#failure ??= { error };
    return this.#end();
  }

  /** Itself: a repeater is iterated once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #start(): void {
    if (this.#phase !== INITIAL) return;
    this.#phase = STARTED;
    const stopped = new Promise<undefined>((resolve) => this.#onStop = () => resolve(undefined));
    const stop = Object.assign((err?: unknown) => this.#stop(err), {
      then: stopped.then.bind(stopped),
      catch: stopped.catch.bind(stopped),
      finally: stopped.finally.bind(stopped),
      [Symbol.toStringTag]: "Promise",
      // `bind` forgets the type parameters of `then` and `catch`.
    }) as Stop;
    const push: Push<T, TNext> = (value) => this.#push(value);
    this.#execution = new Promise((resolve) => resolve(this.#executor(push, stop)));
    this.#execution.catch(() => this.#stop());
  }

  #push(value: PromiseLike<T> | T): Promise<TNext | undefined> {
    swallow(value);
    if (this.#phase >= STOPPED) return Promise.resolve(undefined);
    const answer = new Answer<TNext>();
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(this.#iteration(value));
      this.#unanswered = answer;
      const following = this.#waiters[0];
      if (following !== undefined) this.#reply(following.value);
      else if (this.#buffer !== undefined && !this.#buffer.full) this.#reply(undefined);
    } else if (this.#buffer !== undefined && !this.#buffer.full) {
      this.#buffer.add(value);
      answer.settle(undefined);
    } else {
      if (this.#pushes.length >= MAX_QUEUE_LENGTH) throw overflow("push");
      this.#pushes.push({ value, answer });
    }
    return answer;
  }

  /** The oldest queued value, if any. */
  #take(): { readonly value: PromiseLike<T> | T } | undefined {
    const buffer = this.#buffer;
    if (buffer === undefined || buffer.empty) {
      const queued = this.#pushes.shift();
      this.#unanswered = queued?.answer;
      return queued;
    }
    // What a buffer gives out is what `#push` put in.
    const value = buffer.remove() as PromiseLike<T> | T;
    const queued = this.#pushes.shift();
    if (queued !== undefined) {
      buffer.add(queued.value);
      this.#unanswered = queued.answer;
    }
    return { value };
  }

  /** Tells the producer what the consumer said; an error it does not look at ends the iteration. */
  #reply(value: PromiseLike<TNext> | TNext | undefined): void {
    const answer = this.#unanswered;
    this.#unanswered = undefined;
    answer?.settle(value);
    if (answer === undefined || !isThenable(value)) return;
    const heard = value.then(() => {}, (error: unknown) => {
      if (!answer.watched) this.#reject(error);
    });
    const before = this.#pending;
    this.#pending = before === undefined ? Promise.resolve(heard) : before.then(() => heard);
  }

  /** Gives `value` out, after everything that was given out before it. */
  #iteration(
    value: PromiseLike<T> | T,
  ): Promise<IteratorResult<T, TReturn>> | IteratorResult<T, TReturn> {
    const before = this.#pending;
    if (before === undefined && !isThenable(value)) return { value, done: false };
    const settled = (before ?? Promise.resolve()).then(() => value).then(
      (value): { readonly value: T } | undefined => this.#phase >= REJECTED ? undefined : { value },
      (error: unknown) => {
        // Of two errors, the first one given out is the one that is told.
        if (this.#phase < REJECTED) this.#failure = { error };
        return undefined;
      },
    );
    const result = settled.then((given) =>
      given === undefined ? this.#endRejected() : { value: given.value, done: false as const }
    );
    const pending = settled.then(() => {
      // Values were settled one by one; when this is the last, the next goes straight through.
      if (this.#pending === pending) this.#pending = undefined;
    });
    this.#pending = pending;
    return result;
  }

  /** Ends for a value that could not be given out: it gets the error, others waiting do not. */
  #endRejected(): Promise<IteratorResult<T, TReturn>> {
    const outcome = this.#outcome();
    this.#reject();
    return outcome.then(done<TReturn>);
  }

  #stop(error?: unknown): undefined {
    if (this.#phase >= STOPPED) return;
    if (error !== undefined && error !== null) this.#failure ??= { error };
    this.#markStopped();
    const buffered = this.#buffer !== undefined && !this.#buffer.empty;
    if (!buffered && this.#pushes.length === 0) this.#finish();
  }

  #markStopped(): void {
    this.#phase = STOPPED;
    this.#reply(undefined);
    for (const { answer } of this.#pushes) answer.settle(undefined);
    this.#onStop();
  }

  #finish(): void {
    if (this.#phase >= DONE) return;
    if (this.#phase < STOPPED) this.#markStopped();
    this.#phase = DONE;
    this.#buffer = undefined;
    this.#pushes = [];
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve(this.#end());
  }

  #reject(error?: unknown): void {
    if (error !== undefined) this.#failure ??= { error };
    this.#finish();
    this.#phase = REJECTED;
  }

  /** The final result, after everything that was given out; only the first one says something. */
  #end(): Promise<IteratorResult<T, TReturn>> {
    const outcome = this.#outcome();
    swallow(outcome);
    const before = this.#pending;
    return (before === undefined ? outcome : before.then(() => outcome)).then(done<TReturn>);
  }

  /** Takes the way the executor ended, error first; there is nothing to take a second time. */
  #outcome(): Promise<unknown> {
    const failure = this.#failure;
    const execution = this.#execution;
    this.#failure = undefined;
    this.#execution = execution.then(() => {}, () => {});
    return failure === undefined ? execution : execution.then(() => {
      throw failure.error;
    });
  }
}

function done<TReturn>(value: unknown): IteratorReturnResult<TReturn> {
  // The executor's own return value the first time; afterwards nothing, as with generators.
  return { value: value as TReturn, done: true };
}

function overflow(what: string): RepeaterOverflowError {
  return new RepeaterOverflowError(
    `Cannot wait for more than ${MAX_QUEUE_LENGTH} calls of ${what} on one repeater`,
  );
}
