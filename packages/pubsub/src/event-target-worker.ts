/**
 * Events between threads: an event target over any message port.
 *
 * @module
 */
import { createReporter } from "./_report.ts";
import { connectEventTarget, type Inbox, type Transport } from "./_remote.ts";
import { isLargerThan } from "./_size.ts";
import { isControl, isEnvelopeShaped, parseEnvelope } from "./_wire.ts";
import { messageLimit } from "./_limits.ts";
import type { TypedEvent, TypedEventTarget } from "./types.ts";

/** A message port as the web has it: a worker, a port, or the global scope of a worker. */
export interface WebPort {
  /** Sends a message. */
  postMessage(message: unknown): void;
  /** Begins to listen. */
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  /** Ends listening. */
  removeEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  /** Lets messages through; ports that wait for this have it. */
  start?(): void;
}

/** A message port as Node has it: a worker, or what a worker calls its parent. */
export interface NodePort {
  /** Sends a message. */
  postMessage(message: unknown): void;
  /** Begins to listen. */
  on(type: "message", listener: (data: unknown) => void): unknown;
  /** Ends listening. */
  off(type: "message", listener: (data: unknown) => void): unknown;
}

/** Whatever can post messages and listen to them. */
export type WorkerPortLike = WebPort | NodePort;

/** How a worker target is made. */
export interface WorkerEventTargetOptions {
  /** This side's end of the channel. */
  port: WorkerPortLike;
  /** About how large a received event may be. Default 8 MiB. */
  maxMessageBytes?: number | undefined;
  /** Told what had nobody to be thrown at. */
  onError?: ((error: unknown) => void) | undefined;
}

/** An event target over a message port. */
export interface WorkerEventTarget<TEvent extends TypedEvent> extends TypedEventTarget<TEvent> {
  /** Detaches from the port, which stays as it is. */
  close(): void;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/**
 * Makes an event target of a port; the same is done on the other side.
 *
 * @throws {TypeError} when an option is none.
 *
 * @example Two ends of a channel, as a page and its worker have them
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { createPubSub } from "@alkdev/pubsub";
 * import { createWorkerEventTarget } from "@alkdev/pubsub/event-target-worker";
 *
 * type Events = { greeting: string };
 * const { port1, port2 } = new MessageChannel();
 * const here = createPubSub<Events>({ eventTarget: createWorkerEventTarget({ port: port1 }) });
 * const there = createPubSub<Events>({ eventTarget: createWorkerEventTarget({ port: port2 }) });
 *
 * const first = there.subscribe("greeting", "").next();
 * here.publish("greeting", "", "hello");
 * deepStrictEqual((await first).value, { type: "greeting", id: "", payload: "hello" });
 *
 * here.close();
 * there.close();
 * port1.close();
 * port2.close();
 * ```
 */
export function createWorkerEventTarget<TEvent extends TypedEvent>(
  options: WorkerEventTargetOptions,
): WorkerEventTarget<TEvent> {
  const { port } = options;
  const maxBytes = messageLimit(options.maxMessageBytes);
  const errors = createReporter(options.onError);

  function connect(inbox: Inbox): Transport {
    const receive = (data: unknown): void => {
      // Ports are shared: what is no event is somebody else's.
      if (!isEnvelopeShaped(data) || isControl(data.type)) return;
      try {
        if (isLargerThan(data, maxBytes)) {
          throw new RangeError(`Cannot take an event of more than ${maxBytes} bytes: dropped`);
        }
        inbox.deliver(parseEnvelope(data));
      } catch (error) {
        errors.report(error);
      }
    };
    const detach = attach(port, receive);
    return { send: (envelope) => port.postMessage(envelope), close: detach };
  }

  return connectEventTarget<TEvent, Transport>("worker", { errors, connect }).target;
}

function attach(port: WorkerPortLike, receive: (data: unknown) => void): () => void {
  if ("addEventListener" in port) {
    const listener = ({ data }: { data: unknown }) => receive(data);
    port.addEventListener("message", listener);
    port.start?.();
    return () => port.removeEventListener("message", listener);
  }
  if (typeof port?.on !== "function") {
    throw new TypeError("Cannot use the port: it must have addEventListener, or on and off");
  }
  port.on("message", receive);
  return () => void port.off("message", receive);
}
