/**
 * The operations on imports: how they are, and once more, now. Both concern the node that answers:
 * each node imports for itself.
 *
 * @module
 */
import {
  CallError,
  InfrastructureErrorCode,
  type OperationRegistry,
  OperationType,
} from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import type { Imports } from "../../imports/open_imports.ts";
import type { ImportStatus } from "../../imports/import_status.ts";
import { closed } from "../identities/schemas.ts";

/** What the operations on imports need. */
export interface ImportOperationPorts {
  readonly imports: Pick<Imports, "list" | "refresh">;
  /** The node that answers. */
  readonly node: string;
}

const Moment = Type.Optional(Type.Integer({ description: "Unix milliseconds." }));

/** An import as it is shown. */
export const ImportView = closed({
  namespace: Type.String(),
  kind: Type.Union([Type.Literal("openapi"), Type.Literal("mcp")]),
  location: Type.String(),
  state: Type.Union([Type.Literal("loading"), Type.Literal("ok"), Type.Literal("failing")], {
    description: "What was loaded before stays callable while it is failing.",
  }),
  operations: Type.Integer({ description: "How many can be called." }),
  skipped: Type.Array(closed({ what: Type.String(), reason: Type.String() }), {
    description: "The first of what became no operation.",
  }),
  skippedCount: Type.Integer(),
  loadedAt: Moment,
  triedAt: Moment,
  nextAt: Moment,
  failures: Type.Integer({ description: "Attempts since the last that succeeded." }),
  error: Type.Optional(Type.String()),
});

const ListInput = closed({});
const ListOutput = closed({ node: Type.String(), imports: Type.Array(ImportView) });
const RefreshInput = closed({ namespace: Type.String({ minLength: 1, maxLength: 64 }) });

const COMMON = {
  namespace: "hub",
  version: "1.0.0",
  tags: ["imports"],
  accessControl: { requiredScopes: ["admin"] },
};
const EXTERNAL = { visibility: "external" } as const;

/** Registers them. */
export function registerImportOperations(
  registry: OperationRegistry,
  { imports, node }: ImportOperationPorts,
): void {
  registry.register({
    ...COMMON,
    name: "imports/list",
    type: OperationType.QUERY,
    description: "The OpenAPI documents and MCP servers that this node imports, and how they are.",
    inputSchema: ListInput,
    outputSchema: ListOutput,
    handler: (): Static<typeof ListOutput> => ({ node, imports: imports.list().map(viewOf) }),
  }, EXTERNAL);
  registry.register({
    ...COMMON,
    name: "imports/refresh",
    type: OperationType.MUTATION,
    description: "Load an import of this node once more, now.",
    inputSchema: RefreshInput,
    outputSchema: ImportView,
    async handler({ namespace }: Static<typeof RefreshInput>) {
      const status = await imports.refresh(namespace);
      if (status !== undefined) return viewOf(status);
      const message = `There is no import named ${namespace}`;
      throw new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message);
    },
  }, EXTERNAL);
}

function viewOf({ skipped, ...status }: ImportStatus): Static<typeof ImportView> {
  return { ...status, skipped: skipped.map((each) => ({ ...each })) };
}
