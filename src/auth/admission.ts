/**
 * Who may connect, as the bridges ask it.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { BusError } from "@hub/bus";
import type { Admission, Caller, Renewed } from "../../bridges/ports.ts";
import type { Identified } from "./identified.ts";
import type { Identities } from "./identities.ts";
import type { IdentityChange } from "./records.ts";
import type { CredentialLookup } from "./stores.ts";
import type { Tickets } from "./tickets.ts";

/** What admission needs. */
export interface AdmissionOptions {
  readonly identities: Identities;
  readonly credentials: Pick<CredentialLookup, "find">;
  readonly tickets: Tickets;
}

/** Creates what bridges ask. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { identities, credentials, tickets } = options;
  const known = new WeakMap<Caller, Identified>();
  /** One for all requests of who is known: to note each of them is dear to the garbage collector. */
  const callers = new WeakMap<Identified, Caller>();

  function callerOf(identified: Identified | null): Caller | null {
    if (identified === null) return null;
    const made = callers.get(identified);
    if (made !== undefined) return made;
    const { identity, role, credential, notAfterMs } = identified;
    const caller: Caller = { identity, role, credential, notAfterMs };
    known.set(caller, identified);
    callers.set(identified, caller);
    return caller;
  }

  /** Whether it was the one credential, or whoever had it. */
  async function goneOf({ credential }: Identified): Promise<Renewed> {
    const stored = await credentials.find(credential);
    return { gone: stored?.kind === "peer" && !stored.enabled ? "identity" : "credential" };
  }

  return {
    resolve(token, source) {
      const found = identities.identify(token, { source });
      // Those who were here lately are known at once: no turn of the event loop for them.
      return found instanceof Promise ? found.then(callerOf) : callerOf(found);
    },
    async redeemTicket(ticket, origin) {
      const credential = await unavailable(() => tickets.redeem(ticket, origin));
      return credential === undefined
        ? null
        : callerOf(await identities.identifyCredential(credential));
    },
    async renew(caller) {
      const identified = known.get(caller);
      if (identified === undefined) return { gone: "credential" };
      const now = callerOf(await identities.refresh(identified));
      return now === null ? await goneOf(identified) : { caller: now };
    },
    onChange: (listener) =>
      identities.onChange((change) =>
        listener((caller) => {
          const identified = known.get(caller);
          return identified !== undefined && concerns(change, identified);
        })
      ),
  };
}

function concerns(change: IdentityChange, { kind, identity }: Identified): boolean {
  return change.kind === "all" || (change.kind === kind && change.id === identity.id);
}

async function unavailable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof BusError)) throw cause;
    throw new CallError("UNAVAILABLE", "tickets cannot be looked up", undefined, {
      retryable: true,
      cause,
    });
  }
}
