/**
 * The operation `/hub/spokes/list`: the spokes that are connected.
 *
 * @module
 */
import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import type { SpokeEntry } from "../../routing/spoke_index.ts";
import { closed, Next, PageInput, pageRequest } from "../identities/schemas.ts";
import { pageOfNames } from "../page_of_names.ts";

/** What the operation looks at. */
export interface SpokeOperationPorts {
  readonly spokes: () => Iterable<SpokeEntry>;
}

/** A spoke as it is shown. */
export const SpokeView = closed({
  peerId: Type.String(),
  node: Type.String({ description: "To which it is connected." }),
  operations: Type.Integer({ description: "How many it offers, to whomever." }),
});
/** A spoke as it is shown. */
export type SpokeView = Static<typeof SpokeView>;

const Input = closed({
  ...PageInput,
  node: Type.Optional(Type.String({ maxLength: 128, description: "Those of one node." })),
});
/** What lists spokes gives. */
export const SpokeList = closed({ spokes: Type.Array(SpokeView), next: Next });

/** Registers it. */
export function registerSpokeOperations(
  registry: OperationRegistry,
  { spokes }: SpokeOperationPorts,
): void {
  registry.register({
    namespace: "hub",
    name: "spokes/list",
    version: "1.0.0",
    type: OperationType.QUERY,
    tags: ["spokes"],
    description: "The spokes that are connected now, to whichever node, by name.",
    inputSchema: Input,
    outputSchema: SpokeList,
    // As for the actors that their lives are.
    accessControl: { requiredScopes: ["actors:read"] },
    handler: ({ node, ...input }: Static<typeof Input>): Static<typeof SpokeList> => {
      const wanted = connected(spokes(), node);
      const { items, ...rest } = pageOfNames(wanted, pageRequest(input), ({ peerId }) => peerId);
      return { spokes: items.map(viewOf), ...rest };
    },
  }, { visibility: "external" });
}

function* connected(all: Iterable<SpokeEntry>, node: string | undefined) {
  for (const entry of all) {
    if (node === undefined || entry.node === node) yield entry;
  }
}

function viewOf({ peerId, node, set }: SpokeEntry): SpokeView {
  return { peerId, node, operations: set.operations.size };
}
