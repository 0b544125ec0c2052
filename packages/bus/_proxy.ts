/**
 * A cable between a client and a server that a test may cut.
 *
 * @module
 */

/** A proxy on a port of its own. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Closes all connections and refuses new ones. */
  cut(): Promise<void>;
  restore(): void;
  /** Connections stay, and nothing comes back from the server any more. */
  muteServer(): void;
}

/** Starts a proxy to a loopback port. */
export function startProxy(targetPort: number): Proxy {
  const hostname = "127.0.0.1";
  let listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  let accepting = accept(listener);
  const open = new Set<Deno.TcpConn>();
  const pumps = new Set<Promise<void>>();
  let muted = false;

  async function accept(from: Deno.TcpListener): Promise<void> {
    for await (const client of from) {
      const server = await Deno.connect({ hostname, port: targetPort }).catch(() => undefined);
      if (server === undefined) {
        client.close();
        continue;
      }
      open.add(client).add(server);
      start(client, server, () => false);
      start(server, client, () => muted);
    }
  }

  function start(from: Deno.TcpConn, to: Deno.TcpConn, dropped: () => boolean): void {
    const pumping = pump(from, to, dropped).finally(() => {
      for (const one of [from, to]) if (open.delete(one)) one.close();
      pumps.delete(pumping);
    });
    pumps.add(pumping);
  }

  async function close(): Promise<void> {
    listener.close();
    for (const one of open) one.close();
    open.clear();
    await accepting;
    await Promise.all(pumps);
  }

  let isCut = false;
  return {
    url: `nats://${hostname}:${port}`,
    async cut() {
      isCut = true;
      await close();
    },
    restore() {
      isCut = false;
      muted = false;
      listener = Deno.listen({ hostname, port });
      accepting = accept(listener);
    },
    muteServer() {
      muted = true;
    },
    async [Symbol.asyncDispose]() {
      if (!isCut) await close();
    },
  };
}

async function pump(from: Deno.TcpConn, to: Deno.TcpConn, dropped: () => boolean): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
      if (dropped()) continue;
      for (let sent = 0; sent < n;) sent += await to.write(buffer.subarray(sent, n));
    }
  } catch {
    // One end was closed; so is the other, by the caller.
  }
}
