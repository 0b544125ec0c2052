/**
 * How every node learns that something about an identity changed: by NATS, and by Postgres, whose
 * notification leaves with the very transaction. Either suffices, so either may be down.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Bus, invalidationSubject } from "@hub/bus";
import { getLogger } from "../logger/mod.ts";
import type { Identities } from "./identities.ts";
import type { IdentityChange } from "./records.ts";

const log = getLogger("auth");

const Change = Type.Object({
  kind: Type.Union([Type.Literal("key"), Type.Literal("peer"), Type.Literal("all")]),
  id: Type.String(),
});
type Change = Static<typeof Change>;

/** Listens to Postgres until disposed of. */
export type ListenToDatabase = (listener: {
  readonly onMessage: (payload: string) => void;
  readonly onListening: () => void;
  readonly onLost: () => void;
}) => AsyncDisposable;

/** What following changes needs. */
export interface IdentityChangesOptions {
  readonly bus: Bus;
  readonly identities: Pick<Identities, "forget" | "distrust">;
  readonly listenToDatabase: ListenToDatabase;
}

/** Forgets what others changed, until disposed of. */
export function followIdentityChanges(
  { bus, identities, listenToDatabase }: IdentityChangesOptions,
): AsyncDisposable {
  const channels = { nats: bus.status === "connected", postgres: false };
  // While one of them is there nothing is missed. Once both were gone, something may have been.
  const cameBack = (channel: keyof typeof channels) => {
    const missedNothing = channels.nats || channels.postgres;
    channels[channel] = true;
    if (!missedNothing) identities.distrust();
  };
  const subscription = bus.connection.subscribe(invalidationSubject(bus.realm, "identities"), {
    callback: (error, message) => {
      if (error !== null) return log.warn("cannot hear of changes", { error });
      identities.forget(parseChange(message.string()));
    },
  });
  const stopWatching = bus.onStatus((status) => {
    if (status === "connected") cameBack("nats");
    else channels.nats = false;
  });
  const listening = listenToDatabase({
    onMessage: (payload) => identities.forget(parseChange(payload)),
    onListening: () => cameBack("postgres"),
    onLost: () => channels.postgres = false,
  });
  return {
    async [Symbol.asyncDispose]() {
      stopWatching();
      subscription.unsubscribe();
      await listening[Symbol.asyncDispose]();
    },
  };
}

/** Tells every node, this one too, of a change that stands. */
export function announceIdentityChange(bus: Bus, change: IdentityChange): void {
  try {
    bus.connection.publish(invalidationSubject(bus.realm, "identities"), JSON.stringify(change));
  } catch (error) {
    // A bus that is closing tells nobody; Postgres has.
    log.warn("a change was not told by NATS", { error, kind: change.kind });
  }
}

/** What a message says; one that cannot be read may have meant anybody. */
function parseChange(text: string): Change {
  try {
    const change: unknown = JSON.parse(text);
    if (Value.Check(Change, change)) return change;
  } catch (error) {
    log.debug("a change could not be read", { error });
  }
  return { kind: "all", id: "" };
}
