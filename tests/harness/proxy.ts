/**
 * A TCP relay that a test can cut: the way to part one process from its servers.
 *
 * @module
 */

/** A relay between clients and one server. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Ends all connections and lets none through until `heal()`. */
  cut(): void;
  /** Keeps connections open but passes nothing on, as a network that drops every packet does. */
  freeze(): void;
  heal(): void;
}

/** Starts a relay to a port on loopback. */
export function startProxy({ port: target }: { port: number }): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let state: "open" | "cut" | "frozen" = "open";
  let thawed = Promise.withResolvers<void>();
  thawed.resolve();

  const end = (connection: Deno.Conn) => {
    if (open.delete(connection)) connection.close();
  };

  async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
        await thawed.promise;
        for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
      }
    } catch {
      // One side is gone: so is the relay between them.
    } finally {
      end(from);
      end(to);
    }
  }

  async function serve(client: Deno.Conn): Promise<void> {
    open.add(client);
    if (state === "cut") return end(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: target });
      open.add(server);
      await Promise.all([pump(client, server), pump(server, client)]);
    } catch {
      // Nobody listens behind the relay: neither does the relay.
      end(client);
    }
  }

  const serving = (async () => {
    const connections: Promise<void>[] = [];
    for await (const client of listener) connections.push(serve(client));
    await Promise.all(connections);
  })();

  return {
    port: listener.addr.port,
    cut() {
      state = "cut";
      for (const connection of [...open]) end(connection);
    },
    freeze() {
      state = "frozen";
      thawed = Promise.withResolvers<void>();
    },
    heal() {
      state = "open";
      thawed.resolve();
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      thawed.resolve();
      for (const connection of [...open]) end(connection);
      await serving;
    },
  };
}
