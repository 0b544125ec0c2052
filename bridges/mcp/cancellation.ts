/**
 * Calls that can be given up by a message of their client's, in the revisions where that is how it is
 * done. The message may come to another node than the call.
 *
 * @module
 */
import type { Caller, Cancellations } from "../ports.ts";
import type { MessageId } from "./message.ts";

/** Whose calls are meant: ids are numbered by each client from the beginning. */
export interface ClientOfCall {
  readonly caller: Caller | null;
  /** What the client was named in its handshake; `null` for one that does not say it. */
  readonly session: string | null;
}

/** Calls that can be given up. */
export interface CancellableCalls extends Disposable {
  /** Lets a call be given up until the result is called. */
  begin(key: string | undefined, cancel: () => void): () => void;
  /** Gives a call up, on whichever node it runs. */
  cancel(key: string | undefined): void;
}

/** Begins with no calls. */
export function createCancellableCalls(others?: Cancellations): CancellableCalls {
  const calls = new Map<string, () => void>();
  const forget = others?.onTold((key) => calls.get(key)?.());
  return {
    begin(key, cancel) {
      if (key === undefined) return () => {};
      calls.set(key, cancel);
      return () => {
        if (calls.get(key) === cancel) calls.delete(key);
      };
    },
    cancel(key) {
      if (key === undefined) return;
      const cancel = calls.get(key);
      if (cancel === undefined) others?.tell(key);
      else cancel();
    },
    [Symbol.dispose]: () => forget?.(),
  };
}

/**
 * Names a call.
 *
 * With the identity in it, so that nobody reaches a call of somebody else's, whatever session they name.
 * Clients that cannot be told apart cannot give anything up: for them it is `undefined`.
 */
export function keyOfCall(
  { caller, session }: ClientOfCall,
  id: MessageId,
): string | undefined {
  if (caller === null || session === null) return undefined;
  return JSON.stringify([caller.role, caller.identity.id, session, id]);
}

/** Names a call that has become a task. */
export function keyOfTask(taskId: string): string {
  return JSON.stringify(["task", taskId]);
}
