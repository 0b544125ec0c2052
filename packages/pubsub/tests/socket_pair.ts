import type { WebSocketLike } from "../src/event-target-websocket-client.ts";

type SocketEvent = "open" | "message" | "close" | "error";

/** One end of a connection in memory. What is sent arrives after what runs now. */
export class FakeSocket implements WebSocketLike {
  readyState = 0;
  binaryType = "blob";
  bufferedAmount = 0;
  /** All that was sent from here, as text. */
  readonly sent: string[] = [];
  /** Codes that this end was closed with. */
  readonly closedWith: [number | undefined, string | undefined][] = [];
  /** Codes that this platform refuses. */
  reservedCodes: readonly number[] = [];
  peer: FakeSocket | undefined;
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>();

  send(data: ArrayBufferLike | ArrayBufferView | string): void {
    if (this.readyState === 0) throw new Error("not yet open");
    if (this.readyState !== 1) return;
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    this.sent.push(text);
    const bytes = typeof data === "string" ? data : new TextEncoder().encode(text).buffer;
    queueMicrotask(() => this.peer?.emit("message", { data: bytes }));
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && this.reservedCodes.includes(code)) throw new Error("reserved code");
    this.closedWith.push([code, reason]);
    if (this.readyState >= 2) return;
    this.readyState = 2;
    queueMicrotask(() => {
      this.lose();
      this.peer?.lose();
    });
  }

  /** Becomes open. */
  open(): void {
    this.readyState = 1;
    this.emit("open", {});
  }

  /** Becomes closed. */
  lose(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit("close", {});
  }

  /** Something arrives, or happens. */
  emit(type: SocketEvent, event: unknown): void {
    if (type === "message" && this.readyState > 1) return;
    for (const listener of [...this.#listeners.get(type) ?? []]) listener(event);
  }

  addEventListener(type: SocketEvent, listener: (event: unknown) => void): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }

  /** How many listeners there are, but for `error` ones: those may stay to keep errors quiet. */
  get listenerCount(): number {
    return (["open", "message", "close"] as const)
      .reduce((count, type) => count + (this.#listeners.get(type)?.size ?? 0), 0);
  }
}

/** Two ends of one connection, not yet open. */
export function createSocketPair(): { client: FakeSocket; server: FakeSocket } {
  const client = new FakeSocket();
  const server = new FakeSocket();
  client.peer = server;
  server.peer = client;
  return { client, server };
}
