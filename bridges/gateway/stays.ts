/**
 * Streams over HTTP go on for as long as their callers may stay, as connections do.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Admission, Caller } from "../ports.ts";

const log = getLogger(["hub", "gateway"]);
/** Timers cannot wait for more than 24 days; by then it is looked at again. */
const LONGEST_MS = 24 * 60 * 60 * 1_000;

/** Who stays, and for how long they may. */
export interface Stays extends Disposable {
  /** Changes so far, of whomever. */
  readonly changes: number;
  /**
   * Calls `giveUp` once somebody may not go on as they were let in, when there had been `since`
   * changes; the result ends that.
   */
  watch(
    caller: Caller,
    options: { readonly since: number; readonly giveUp: () => void },
  ): () => void;
}

interface Stay {
  caller: Caller;
  readonly giveUp: () => void;
  expiry: ReturnType<typeof setTimeout> | undefined;
}

/** Begins with nobody. */
export function createStays(admission: Pick<Admission, "renew" | "onChange">): Stays {
  const stays = new Set<Stay>();
  let changes = 0;

  function leave(stay: Stay): void {
    clearTimeout(stay.expiry);
    stays.delete(stay);
  }

  function end(stay: Stay): void {
    leave(stay);
    stay.giveUp();
  }

  function expire(stay: Stay): void {
    clearTimeout(stay.expiry);
    const left = (stay.caller.notAfterMs ?? Infinity) - Date.now();
    if (left <= 0) return end(stay);
    if (left < Infinity) stay.expiry = setTimeout(() => expire(stay), Math.min(left, LONGEST_MS));
  }

  async function look(stay: Stay): Promise<void> {
    try {
      const renewed = await admission.renew(stay.caller);
      if (!stays.has(stay)) return;
      if (!("caller" in renewed) || !isSameCaller(renewed.caller, stay.caller)) return end(stay);
      stay.caller = renewed.caller;
      expire(stay);
    } catch (error) {
      log.warn("stream given up: nobody can say whether it may go on", { error });
      if (stays.has(stay)) end(stay);
    }
  }

  const forget = admission.onChange((concerns) => {
    changes += 1;
    for (const stay of stays) if (concerns(stay.caller)) void look(stay);
  });
  return {
    get changes() {
      return changes;
    },
    watch(caller, { since, giveUp }) {
      const stay: Stay = { caller, giveUp, expiry: undefined };
      stays.add(stay);
      expire(stay);
      // Perhaps of them, while they were let in.
      if (since !== changes) void look(stay);
      return () => leave(stay);
    },
    [Symbol.dispose]() {
      forget();
      for (const stay of stays) leave(stay);
    },
  };
}

/** Whether somebody is who they were, with the same rights, however long they may stay. */
export function isSameCaller(a: Caller, b: Caller): boolean {
  const told = ({ identity, role }: Caller) =>
    JSON.stringify([identity.id, identity.scopes, identity.resources ?? {}, role]);
  return told(a) === told(b);
}
