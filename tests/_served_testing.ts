/** The operations on actors, called with an identity as a bridge would. */
import {
  createDispatcher,
  type Identity,
  OperationRegistry,
  registryView,
} from "@alkdev/operations";
import { joinMembership } from "@hub/bus";
import { createWorld } from "../actors/runtime/_nodes_testing.ts";
import {
  type ActorLog,
  createKinds,
  openActorLog,
  openHost,
  openSnapshots,
} from "../actors/runtime/mod.ts";
import { loadKinds } from "../src/kinds.ts";
import { registerActorOperations } from "../src/operations/actors/register.ts";
import { KINDS } from "./_called_testing.ts";

/** A host, and its operations. */
export interface Served extends AsyncDisposable {
  as(identity: Identity): (operation: string, input: object) => Promise<unknown>;
}

/** Starts both; without a log to read from, only what the actors remember can be told. */
export async function startServed({ isLogRead = true } = {}): Promise<Served> {
  await using stack = new AsyncDisposableStack();
  const kinds = await loadKinds([KINDS]);
  const { bus } = stack.use(await createWorld({ kinds }));
  const membership = stack.use(await joinMembership(bus, { node: "n1" }));
  const host = stack.use(await openHost({ bus, membership, kinds }));
  const [log, snapshots] = await Promise.all([openActorLog(bus), openSnapshots(bus)]);
  const registry = new OperationRegistry();
  const ports = { host, bus, snapshots, kinds: createKinds(kinds) };
  registerActorOperations(registry, { ...ports, log: isLogRead ? log : unread(log) });
  const dispatcher = createDispatcher({ view: registryView(registry) });
  const parts = stack.move();
  return {
    as: (identity) => (operation, input) =>
      dispatcher.call({ operation: `/hub/actors/${operation}`, input, identity }),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** A log that nobody reads from. */
function unread(log: ActorLog): ActorLog {
  return new Proxy(log, {
    get(target, key) {
      if (key === "read") throw new Error("The log is read");
      return Reflect.get(target, key);
    },
  });
}
