/**
 * The client's TCP transport, which joins what is sent in one turn of the event loop, made safe against
 * errors of sockets it has already given up.
 *
 * The transport takes all listeners off a socket before it destroys it. Where the peer has reset the
 * connection, the runtime still reports that on the socket afterwards, and an `error` event nobody
 * listens to ends the process: a server that refuses a password could stop a hub.
 *
 * @module
 */
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from "@nats-io/nats-core/internal";
import { nodeResolveHost, NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";
import { FramesOfATurn } from "./frames_of_a_turn.ts";

/** A transport whose sockets stay listened to for errors once it has given them up. */
export class GuardedTransport extends NodeTransport {
  readonly #frames = new FramesOfATurn((frame) => super.send(frame));

  /** Sends soon, and in order. */
  override send(frame: Uint8Array): void {
    this.#frames.add(frame);
  }

  override async connect(...to: Parameters<NodeTransport["connect"]>): Promise<void> {
    try {
      await super.connect(...to);
    } catch (error) {
      this.#ignoreErrors();
      throw error;
    }
  }

  override async close(error?: Error): Promise<void> {
    const { socket } = this;
    this.#frames.flush();
    const closed = super.close(error);
    socket?.on("error", ignore);
    await closed;
  }

  override disconnect(): void {
    const { socket } = this;
    this.#frames.flush();
    super.disconnect();
    this.closed().then(() => socket?.on("error", ignore));
  }

  override discard(): void {
    super.discard();
    this.#ignoreErrors();
  }

  #ignoreErrors(): void {
    this.socket?.on("error", ignore);
  }
}

/** Opens a connection as the transport's own `connect` does. */
export function connectGuarded(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({
    factory: () => new GuardedTransport(),
    dnsResolveFn: nodeResolveHost,
  });
  return NatsConnectionImpl.connect(options);
}

function ignore(): void {
  // The connection is given up, for a reason that was told to whoever waited for it.
}
