/**
 * A running subscription, pulled by its consumer.
 *
 * @module
 */
import { abortedError, type CallNode } from "./call_node.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { createTurns } from "./turn.ts";

/** What a stream is made of. */
export interface CallStreamParts {
  readonly node: CallNode;
  readonly source: AsyncIterator<unknown>;
  /** Checks one value, and takes it out of its envelope. */
  readonly accept: (value: unknown) => unknown;
  /** What a failure looks like to the consumer. */
  readonly conform: (error: unknown) => CallError;
  /** Calls `fire` if no value comes in time; the returned function prevents it. Default: never. */
  readonly watchIdle: ((fire: () => void) => () => void) | undefined;
  /** Called once, when the stream is over; `ended` settles when its source is. */
  readonly onEnd: (outcome: { error: CallError | undefined; ended: Promise<unknown> }) => void;
}

/** The values of a subscription. The source is asked for one only when the consumer asks. */
export class CallStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #parts: CallStreamParts;
  readonly #turns = createTurns();
  #over = false;
  /** What ended the stream while nobody was looking. */
  #untold: CallError | undefined;

  /** Takes a started source over. */
  constructor(parts: CallStreamParts) {
    this.#parts = parts;
    // An abort closes the source at once, whether or not anybody asks for values.
    parts.node.whenAborted((reason) => {
      this.#untold = reason;
      this.#finish(reason);
    });
  }

  /**
   * The next value.
   *
   * @throws {CallError} once, if the subscription fails or is aborted.
   */
  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#over) return this.#end();
    const turn = this.#turns();
    if (turn !== undefined) {
      await turn;
      if (this.#over) return this.#end();
    }
    try {
      const { node, source, watchIdle } = this.#parts;
      const step =
        await (watchIdle === undefined ? node.race(source.next()) : this.#pull(watchIdle));
      if (!step.done) return { done: false, value: this.#parts.accept(step.value) };
    } catch (thrown) {
      const error = this.#parts.conform(thrown);
      this.#untold = error;
      this.#finish(error);
    }
    this.#finish(undefined);
    return this.#end();
  }

  /** Leaves the subscription: its handler's signal is aborted and its source closed. */
  return(): Promise<IteratorResult<unknown, undefined>> {
    const { node } = this.#parts;
    node.abort(abortedError(node.requestId));
    this.#untold = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #pull(
    watchIdle: NonNullable<CallStreamParts["watchIdle"]>,
  ): Promise<IteratorResult<unknown>> {
    const { node, source } = this.#parts;
    const disarm = watchIdle(() => {
      node.abort(
        new CallError(InfrastructureErrorCode.TIMEOUT, `Call ${node.requestId} timed out: idle`),
      );
    });
    try {
      return await node.race(source.next());
    } finally {
      disarm();
    }
  }

  #end(): IteratorResult<unknown, undefined> {
    const error = this.#untold;
    this.#untold = undefined;
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  #finish(error: CallError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    const { node, source, onEnd } = this.#parts;
    if (error !== undefined) node.abort(error);
    node.settle();
    // A source that is busy ends when it is done; nobody waits for it here.
    const ended = new Promise((resolve) => resolve(source.return?.(undefined)));
    onEnd({ error, ended });
  }
}
