/**
 * Finds out what the WebSockets of some platforms do not tell: that a hub refuses the key.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Credential } from "./socket.ts";

/** Node's own, in versions of which some do not even say that they are closed. */
const UNTOLD = /non-101 status code/;
/** Beside the WebSocket, where every hub has it; it looks at the key before anything else. */
const PATH = "search?limit=1";
const PATIENCE_MS = 10_000;
/** What means the same for a WebSocket. */
const SAME: readonly number[] = [401, 429, 503];

/** Whether a socket failed with words that say nothing of why. */
export function isUntold(message: string | undefined): boolean {
  return message !== undefined && UNTOLD.test(message);
}

/** A question that is under way. */
export interface Asked {
  /** The status by which the hub refuses; `undefined` where it does not, or nobody is there. */
  readonly status: Promise<number | undefined>;
  giveUp(): void;
}

/** Asks the hub whose WebSocket is at `url`, over HTTP, what it says to a credential. */
export function askStatus(
  { url, credential, clock }: {
    readonly url: string;
    readonly credential: Credential;
    readonly clock: Clock;
  },
): Asked {
  const controller = new AbortController();
  const giveUp = () => controller.abort();
  // A ticket is good for one look, and it had that.
  if (!("headers" in credential)) return { status: Promise.resolve(undefined), giveUp };
  const isLate = clock.after(PATIENCE_MS, giveUp);
  const { headers } = credential, { signal } = controller;
  const where = new URL(PATH, url);
  where.protocol = where.protocol.replace(/^ws/, "http");
  const status = (async () => {
    try {
      const response = await fetch(where, { headers, redirect: "manual", signal });
      await response.body?.cancel();
      return SAME.includes(response.status) ? response.status : undefined;
    } catch {
      return undefined; // nobody is there: so it is as if the connection was lost
    } finally {
      isLate();
    }
  })();
  return { status, giveUp };
}
