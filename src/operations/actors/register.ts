/**
 * The operations on actors: `/hub/actors/send` and the others.
 *
 * @module
 */
import {
  type OperationContext,
  type OperationRegistry,
  type OperationSpec,
  OperationType,
} from "@alkdev/operations";
import { ask } from "./ask.ts";
import { ACTOR_ERRORS } from "./errors.ts";
import { events } from "./events.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import type { ActorOperationPorts } from "./ports.ts";
import * as schemas from "./schemas.ts";
import { send } from "./send.ts";
import { stop } from "./stop.ts";
import { watch } from "./watch.ts";

const SEND = { requiredScopes: ["actors:send"] };
const READ = { requiredScopes: ["actors:read"] };
const EXTERNAL = { visibility: "external" } as const;

type Described = Pick<
  OperationSpec,
  "name" | "description" | "inputSchema" | "outputSchema" | "accessControl" | "type"
>;

/** What all of them have in common. */
function spec(described: Described): OperationSpec {
  return {
    ...described,
    namespace: "hub",
    version: "1.0.0",
    tags: ["actors"],
    errorSchemas: ACTOR_ERRORS,
  };
}

/** Registers the operations on actors. */
export function registerActorOperations(
  registry: OperationRegistry,
  ports: ActorOperationPorts,
): void {
  registerWriting(registry, ports);
  registerReading(registry, ports);
}

function registerWriting(registry: OperationRegistry, ports: ActorOperationPorts): void {
  const common = { type: OperationType.MUTATION, accessControl: SEND };
  registry.register({
    ...spec({
      ...common,
      name: "actors/send",
      description:
        "Send an event to an actor, and know that it is durable. The first one makes it.",
      inputSchema: schemas.SendInput,
      outputSchema: schemas.SendOutput,
    }),
    handler: (input: schemas.SendInput, context: OperationContext) => send(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...common,
      name: "actors/ask",
      // The reply shows what the actor holds.
      accessControl: { requiredScopes: [...SEND.requiredScopes, ...READ.requiredScopes] },
      description: "Send an event to an actor, and wait for what it emits next, or for its end.",
      inputSchema: schemas.AskInput,
      outputSchema: schemas.AskOutput,
    }),
    handler: (input: schemas.AskInput, context: OperationContext) => ask(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...common,
      name: "actors/stop",
      description: "End an actor for good, whatever state it is in, with all that it began.",
      inputSchema: schemas.AddressInput,
      outputSchema: schemas.SendOutput,
    }),
    handler: (input: schemas.AddressInput, context: OperationContext) =>
      stop(ports, input, context),
  }, EXTERNAL);
}

function registerReading(registry: OperationRegistry, ports: ActorOperationPorts): void {
  const common = { type: OperationType.QUERY, accessControl: READ };
  registry.register({
    ...spec({
      ...common,
      name: "actors/get",
      description: "State, context and owner of an actor.",
      inputSchema: schemas.AddressInput,
      outputSchema: schemas.GetOutput,
    }),
    handler: (input: schemas.AddressInput, context: OperationContext) => get(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...common,
      name: "actors/list",
      description: "The actors there are, a page at a time.",
      inputSchema: schemas.ListInput,
      outputSchema: schemas.ListOutput,
    }),
    handler: (input: schemas.ListInput, context: OperationContext) => list(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...common,
      name: "actors/events",
      description: "The log of an actor, a page at a time.",
      inputSchema: schemas.EventsInput,
      outputSchema: schemas.EventsOutput,
    }),
    handler: (input: schemas.EventsInput, context: OperationContext) =>
      events(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...common,
      type: OperationType.SUBSCRIPTION,
      name: "actors/watch",
      description: "What happens to an actor, from a position of its log on, without gap.",
      inputSchema: schemas.WatchInput,
      outputSchema: schemas.WatchOutput,
    }),
    handler: async function* (input: schemas.WatchInput, context: OperationContext) {
      yield* watch(ports, input, context);
    },
  }, EXTERNAL);
}
