/** A hub whose operations on actors are called over the bus. */
import { ok } from "node:assert/strict";
import type { Bus } from "@hub/bus";
import { createWorld } from "../actors/runtime/_nodes_testing.ts";
import { loadKinds } from "../src/kinds.ts";
import type { Hub } from "../src/start_hub.ts";
import { createHubCaller, type HubCaller } from "../src/operations/hub_caller.ts";
import { startTestHub } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";

/** The module of the kinds that tests use. */
export const KINDS = fromFileUrl("../_actor_kinds.ts");

/** Calls of the operations on actors. */
export interface Called extends AsyncDisposable {
  readonly hub: Hub;
  readonly bus: Bus;
  readonly realm: string;
  readonly caller: HubCaller;
  /** What an operation on a tally answers. */
  call(operation: string, input?: object): Promise<Record<string, unknown>>;
  watch(input?: object, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>>;
}

/** A hub that hosts the test's kinds, and a caller of it. */
export async function startCalled(): Promise<Called> {
  await using stack = new AsyncDisposableStack();
  // Its logs are folded again, and compared with what is stored, when it ends.
  const { bus, realm } = stack.use(await createWorld({ kinds: await loadKinds([KINDS]) }));
  const hub = stack.use(await startTestHub({ realm, kinds: [KINDS] }));
  const caller = createHubCaller(bus);
  const address = { kind: "tally", id: "a" };
  const parts = stack.move();
  return {
    ...{ hub, bus, realm, caller },
    call: async (operation, input) =>
      record(await caller.call(`hub/actors/${operation}`, { ...address, ...input })),
    async *watch(input, signal) {
      const options = signal === undefined ? {} : { signal };
      const items = caller.subscribe("hub/actors/watch", { ...address, ...input }, options);
      for await (const item of items) yield record(item);
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Anything that has fields. */
export function record(value: unknown): Record<string, unknown> {
  ok(typeof value === "object" && value !== null);
  return { ...value };
}

/** The body of a send. */
export const add = (n: number) => ({ event: { type: "ADD", n } });

/** All that the log of the tally holds. */
export async function eventsOf(hub: Called): Promise<{ id: string; position: string }[]> {
  const { events } = await hub.call("events", { limit: 500 });
  ok(Array.isArray(events));
  return events;
}
