import type { RepeaterExecutor } from "./_executor.ts";

/** What a combinator takes: something to iterate, or a plain value. */
type Contender<T> = AsyncIterable<T> | Iterable<T> | T;
type Input<T> = AsyncIterator<T> | Iterator<T>;

/** What a contender that is a plain value does as an iteration. */
interface PlainValue {
  readonly yields: boolean;
  readonly returns: boolean;
}

/** The fastest value of each round. */
export function race<T>(contenders: Iterable<Contender<T>>): RepeaterExecutor<T> {
  return async (push, stop) => {
    const inputs = open(contenders, { yields: false, returns: true });
    if (inputs.length === 0) return void stop();
    const ended = watch(stop);
    let final: unknown;
    try {
      while (!ended()) {
        const round = inputs.map((input) => Promise.resolve(input.next()));
        for (const result of round) {
          result.then(({ done, value }) => {
            if (!done) return;
            if (!ended()) final = value;
            stop();
          }, stop);
        }
        const winner = await Promise.race([stop, ...round]);
        if (winner !== undefined && !winner.done) await push(winner.value);
      }
      return final;
    } finally {
      stop();
      await close(inputs);
    }
  };
}

/** All values, as they come. */
export function merge<T>(contenders: Iterable<Contender<T>>): RepeaterExecutor<T> {
  return async (push, stop) => {
    const inputs = open(contenders, { yields: true, returns: false });
    if (inputs.length === 0) return void stop();
    const ended = watch(stop);
    const releases = new Set<() => void>();
    stop.then(() => releases.forEach((release) => release()));
    let final: unknown;
    const drain = async (input: Input<T>): Promise<void> => {
      while (!ended()) {
        const result = await pull(input, { releases, stop });
        if (result === undefined) return;
        if (result.done) return void (final = result.value);
        await push(result.value);
      }
    };
    try {
      await Promise.all(inputs.map(drain));
      return final;
    } finally {
      stop();
      await close(inputs);
    }
  };
}

/** Arrays of the values that came in the same round. */
export function zip<T>(contenders: Iterable<Contender<T>>): RepeaterExecutor<T[]> {
  return async (push, stop) => {
    const inputs = open(contenders, { yields: false, returns: true });
    if (inputs.length === 0) {
      stop();
      return [];
    }
    const ended = watch(stop);
    try {
      while (!ended()) {
        const round = Promise.all(inputs.map((input) => input.next()));
        round.catch(stop);
        const results = await Promise.race([stop, round]);
        if (results === undefined) return;
        const values = results.map((result): T => result.value);
        if (results.some((result) => result.done)) return values;
        await push(values);
      }
    } finally {
      stop();
      await close(inputs);
    }
  };
}

/** Arrays of what each contender said last, from when each has said something. */
export function latest<T>(contenders: Iterable<Contender<T>>): RepeaterExecutor<T[]> {
  return async (push, stop) => {
    const inputs = open(contenders, { yields: true, returns: true });
    if (inputs.length === 0) {
      stop();
      return [];
    }
    const ended = watch(stop);
    const releases = new Set<() => void>();
    stop.then(() => releases.forEach((release) => release()));
    try {
      const first = Promise.all(inputs.map((input) => input.next()));
      first.catch(stop);
      const results = await Promise.race([stop, first]);
      if (results === undefined) return;
      const values = results.map((result): T => result.value);
      if (results.every((result) => result.done)) return values;
      await push(values.slice());
      await Promise.all(inputs.map(async (input, index) => {
        if (results[index]?.done) return;
        while (!ended()) {
          const result = await pull(input, { releases, stop });
          if (result === undefined) return;
          values[index] = result.value;
          if (result.done) return;
          await push(values.slice());
        }
      }));
      return values;
    } finally {
      stop();
      await close(inputs);
    }
  };
}

function open<T>(contenders: Iterable<Contender<T>>, plain: PlainValue): Input<T>[] {
  return Array.from(contenders, (contender): Input<T> => {
    if (isAsyncIterable<T>(contender)) return contender[Symbol.asyncIterator]();
    if (isIterable<T>(contender)) return contender[Symbol.iterator]();
    return once(contender, plain);
  });
}

async function* once<T>(value: T, { yields, returns }: PlainValue): AsyncGenerator<T> {
  if (yields) yield value;
  if (returns) return value;
}

/** The next result, or nothing when the repeater ended meanwhile; an error ends it. */
function pull<T>(
  input: Input<T>,
  { releases, stop }: { releases: Set<() => void>; stop: (error?: unknown) => void },
): Promise<IteratorResult<T> | undefined> {
  // Not a race against `stop`: each race would leave a reaction on a promise that lives long.
  return new Promise((resolve) => {
    const release = () => resolve(undefined);
    releases.add(release);
    Promise.resolve(input.next()).then((result) => {
      releases.delete(release);
      resolve(result);
    }, (error) => stop(error));
  });
}

function watch(stop: PromiseLike<unknown>): () => boolean {
  let ended = false;
  stop.then(() => ended = true);
  return () => ended;
}

/** Closes all inputs, and waits only for the first: one may be stuck where it is. */
async function close<T>(inputs: readonly Input<T>[]): Promise<void> {
  await Promise.race(inputs.map((input) => input.return?.()));
}

function isAsyncIterable<T>(value: unknown): value is AsyncIterable<T> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function isIterable<T>(value: unknown): value is Iterable<T> {
  return typeof value === "string" ||
    typeof value === "object" && value !== null && Symbol.iterator in value;
}
