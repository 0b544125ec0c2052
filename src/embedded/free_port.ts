const TRIES = 4;
/**
 * Below what any system hands out by itself: no connection that is opened takes the port before its
 * server has it, nor while that server is away for a moment.
 */
const LOWEST = 10_000, COUNT = 22_000;
const LOOKS = 100;

/** A loopback port that nobody listens on now. */
export function freePort(): number {
  for (let looked = 1;; looked++) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse) || looked === LOOKS) throw error;
    }
  }
}

/** Starts a server on a free port; on another one when somebody was faster in taking it. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tried = 1;; tried++) {
    try {
      return await start(freePort());
    } catch (error) {
      const taken = error instanceof Error && /address already in use/i.test(error.message);
      if (!taken || tried === TRIES) throw error;
    }
  }
}
