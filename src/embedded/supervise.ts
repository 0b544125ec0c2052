/**
 * Brings a server back when it dies under us.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";
import type { Leashed } from "./leash.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const log = getLogger("embedded");

/** A server that is kept running until it is disposed of. */
export interface Supervised extends AsyncDisposable {
  /** How often it had to be started again. */
  readonly restarts: number;
}

export interface SuperviseOptions {
  /** Starts the server and resolves once it is ready. */
  readonly start: () => Promise<Leashed>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a server and starts it again whenever it ends without having been asked to.
 *
 * @throws what the first start throws; later failures are logged and tried again, ever more slowly.
 */
export async function keepRunning(name: string, options: SuperviseOptions): Promise<Supervised> {
  options.signal?.throwIfAborted();
  let current: Leashed | undefined = await options.start();
  let restarts = 0;
  const stopping = new AbortController();
  const done = supervise();

  async function supervise(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const code = await current?.exited;
      if (stopping.signal.aborted) return;
      if (current) log.error("server ended by itself", { server: name, code });
      await pause(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return;
      current = await restart();
      pauseMs = current ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  async function restart(): Promise<Leashed | undefined> {
    restarts++;
    try {
      const server = await options.start();
      log.warn("server started again", { server: name, restarts });
      return server;
    } catch (error) {
      log.error("server did not start again", { server: name, error });
      return undefined;
    }
  }

  return {
    get restarts() {
      return restarts;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await current?.[Symbol.asyncDispose]();
      await done;
      // A restart may have been under way.
      await current?.[Symbol.asyncDispose]();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
