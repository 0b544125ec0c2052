/**
 * Subscriptions that outlast connections and nodes.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { backOff } from "@hub/bus";
import type { Gateway } from "./gateway.ts";

/** What is subscribed to, and how. */
export interface LastingOptions {
  readonly operation: string;
  readonly input: unknown;
  readonly signal: AbortSignal;
  /** Whether to begin anew where nothing has come that it could go on after. Default: it fails. */
  readonly beginsAnew?: boolean;
  /** Told when the connection is lost and will be made again. */
  readonly onLost: (error: CallError) => void;
}

/**
 * The values of a subscription. One whose values say where they stand goes on after the last of them
 * whenever the connection is lost, for as long as it takes.
 *
 * @throws {CallError} as the hub told; also for a loss, where the stream cannot be taken up again.
 */
export async function* lasting(
  gateway: Gateway,
  { operation, input, signal, onLost, beginsAnew = false }: LastingOptions,
): AsyncGenerator<unknown, void> {
  let lastEventId: string | undefined, canGoOn = false;
  const onOpen = () => {
    canGoOn ||= beginsAnew;
  };
  for (let tries = 0;;) {
    try {
      const options = { signal, lastEventId, onOpen };
      for await (const { value, id } of gateway.subscribe(operation, input, options)) {
        tries = 0;
        yield value;
        lastEventId = id ?? lastEventId;
        canGoOn ||= id !== undefined;
      }
      return;
    } catch (error) {
      const isLoss = error instanceof CallError && error.retryable && canGoOn;
      if (!isLoss) throw error;
      if (tries === 0) onLost(error);
    }
    await backOff(++tries, signal);
  }
}
