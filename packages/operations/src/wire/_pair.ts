/**
 * Two sessions on one connection, for tests.
 *
 * @module
 */
import type { Dispatcher } from "../dispatch_types.ts";
import { createCallSession } from "./session.ts";
import type { CallSession, CallSessionOptions } from "./session_types.ts";

/** Two ends, and what went between them. */
export interface Pair {
  readonly client: CallSession;
  readonly server: CallSession;
  /** Frames from the client. */
  readonly sent: Record<string, unknown>[];
  /** Frames from the server. */
  readonly answered: Record<string, unknown>[];
  /** Close codes, from either end. */
  readonly closed: number[];
}

/** Joins a client and a server that `dispatcher` serves; frames arrive at once. */
export function pair(
  dispatcher: Dispatcher | undefined,
  options: { client?: Partial<CallSessionOptions>; server?: Partial<CallSessionOptions> } = {},
): Pair {
  const sent: Record<string, unknown>[] = [];
  const answered: Record<string, unknown>[] = [];
  const closed: number[] = [];
  const close = (code: number) => void closed.push(code);
  const client: CallSession = createCallSession({
    send: (frame) => {
      sent.push(JSON.parse(frame));
      server.receive(frame);
    },
    close,
    ...options.client,
  });
  const server: CallSession = createCallSession({
    send: (frame) => {
      answered.push(JSON.parse(frame));
      client.receive(frame);
    },
    close,
    ...(dispatcher === undefined ? {} : { dispatcher }),
    ...options.server,
  });
  return { client, server, sent, answered, closed };
}
