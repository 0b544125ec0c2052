/**
 * The operation `/hub/nodes/list`: the nodes that the hub is made of.
 *
 * @module
 */
import { type OperationRegistry, OperationType } from "@alkdev/operations";
import type { LiveNode, Membership } from "@hub/bus";
import { type Static, Type } from "@sinclair/typebox";
import type { SpokeEntry } from "../../routing/spoke_index.ts";
import { closed, Next, PageInput, pageRequest } from "../identities/schemas.ts";
import { pageOfNames } from "../page_of_names.ts";

/** What the operation looks at. */
export interface NodeOperationPorts {
  readonly membership: Pick<Membership, "node" | "nodes">;
  readonly spokes: () => Iterable<SpokeEntry>;
}

/** A node as it is shown. */
export const NodeView = closed({
  id: Type.String(),
  epoch: Type.Integer({ description: "Grows whenever the node joins anew." }),
  here: Type.Boolean({ description: "Whether it is the node that answers." }),
  spokes: Type.Integer({ description: "How many are connected to it." }),
  version: Type.Optional(Type.String({ description: "Of the hub's program." })),
  startedAt: Type.Optional(Type.Number({ description: "Unix milliseconds, by its own clock." })),
});
/** A node as it is shown. */
export type NodeView = Static<typeof NodeView>;

const Input = closed(PageInput);
/** What lists nodes gives. */
export const NodeList = closed({ nodes: Type.Array(NodeView), next: Next });

/** Registers it. */
export function registerNodeOperations(
  registry: OperationRegistry,
  ports: NodeOperationPorts,
): void {
  registry.register({
    namespace: "hub",
    name: "nodes/list",
    version: "1.0.0",
    type: OperationType.QUERY,
    tags: ["nodes"],
    description: "The nodes that are members of the hub now, by id.",
    inputSchema: Input,
    outputSchema: NodeList,
    accessControl: { requiredScopes: ["metrics:read"] },
    handler: (input: Static<typeof Input>) => list(ports, input),
  }, { visibility: "external" });
}

function list(
  { membership, spokes }: NodeOperationPorts,
  input: Static<typeof Input>,
): Static<typeof NodeList> {
  const { items, ...rest } = pageOfNames(membership.nodes(), pageRequest(input), ({ id }) => id);
  const counts = new Map<string, number>();
  for (const { node } of spokes()) counts.set(node, (counts.get(node) ?? 0) + 1);
  return {
    nodes: items.map((node) => ({
      ...viewOf(node),
      here: node.id === membership.node,
      spokes: counts.get(node.id) ?? 0,
    })),
    ...rest,
  };
}

/** A node of another version may tell other things of itself. */
function viewOf({ id, epoch, info: { version, startedAt } }: LiveNode) {
  return {
    ...{ id, epoch },
    ...(typeof version === "string" ? { version } : {}),
    ...(typeof startedAt === "number" ? { startedAt } : {}),
  };
}
