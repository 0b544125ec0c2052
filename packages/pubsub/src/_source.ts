import { Repeater } from "./repeater.ts";

/** An iteration that is pulled from at one place and may be closed from another. */
export interface Source<T> extends AsyncIterableIterator<T, undefined> {
  /** Whether there is nothing more to come. */
  readonly ended: boolean;
  /** The next result; once closed, always the end. */
  next(): Promise<IteratorResult<T, undefined>>;
  /** Closes the iteration unless it has ended; a second time does nothing. */
  return(): Promise<IteratorResult<T, undefined>>;
}

/** Hands a value on; resolves when the one after it is wanted. */
export type Emit<T> = (value: T) => Promise<unknown>;

/** Starts iterating over something that is closed together with the result. */
export type Open = <S>(iterable: AsyncIterable<S> | Iterable<S>) => Source<S>;

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };

/** Makes a repeater of what `body` emits while it pulls from what it opens. */
export function transform<O>(
  body: (open: Open, emit: Emit<O>) => Promise<void>,
): Repeater<O, void, unknown> {
  return new Repeater<O, void, unknown>(async (push, stop) => {
    const scope = openScope();
    stop.then(scope.close).catch(() => {}); // told below, where it is awaited
    try {
      await body(scope.open, push);
      await scope.close();
    } catch (error) {
      // The first error is the one to tell.
      await scope.close().catch(() => {});
      throw error;
    }
    stop();
  });
}

function openScope(): { readonly open: Open; close(): Promise<void> } {
  const sources = new Set<Source<unknown>>();
  let closing: Promise<void> | undefined;
  return {
    open(iterable) {
      for (const source of sources) if (source.ended) sources.delete(source);
      // Once closed, nothing new is begun.
      const source = openSource(closing === undefined ? iterable : []);
      sources.add(source);
      return source;
    },
    close() {
      closing ??= Promise.all([...sources].map((source) => source.return())).then(() => {});
      return closing;
    },
  };
}

function openSource<T>(iterable: AsyncIterable<T> | Iterable<T>): Source<T> {
  const iterator = isAsync(iterable)
    ? iterable[Symbol.asyncIterator]()
    : iterable[Symbol.iterator]();
  let ended = false;
  let release: (() => void) | undefined;

  async function pull(): Promise<IteratorResult<T, undefined>> {
    try {
      const result = await iterator.next();
      if (!result.done) return result;
      ended = true;
      return END;
    } catch (error) {
      ended = true;
      throw error;
    } finally {
      release = undefined;
    }
  }

  return {
    get ended() {
      return ended;
    },
    next() {
      if (ended) return Promise.resolve(END);
      return new Promise((resolve, reject) => {
        release = () => resolve(END);
        pull().then(resolve, reject);
      });
    },
    async return() {
      if (ended) return END;
      ended = true;
      const closing = Promise.resolve(iterator.return?.());
      if (release === undefined) {
        await closing;
        return END;
      }
      // A generator that waits for something closes only after that. This may take forever, and
      // what it then says concerns nobody.
      closing.catch(() => {});
      release();
      return END;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isAsync<T>(iterable: AsyncIterable<T> | Iterable<T>): iterable is AsyncIterable<T> {
  return typeof iterable === "object" && Symbol.asyncIterator in iterable;
}
