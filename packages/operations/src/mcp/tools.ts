/**
 * MCP tools as operations.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard, type TSchema, Type } from "@sinclair/typebox";
import { castTo } from "../cast.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { FromSchema } from "../from_schema.ts";
import { References } from "../openapi/references.ts";
import { mcpEnvelope, type MCPResponseMeta, type ResponseEnvelope } from "../response-envelope.ts";
import { type OperationContext, OperationType } from "../types.ts";
import { mapMCPContentBlocks } from "./content.ts";
import type { MCPCaller, MCPOperation, MCPTool } from "./types.ts";

type Result = { readonly [key: string]: unknown };

const log = getLogger("operations:mcp");

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * A schema whose own definitions stand where they are referred to: nothing resolves them later. One
 * that cannot be read takes any value, for one odd tool must not take the others away; the server
 * checks what its tools are given.
 */
function schemaOf(schema: unknown, names: { serverName: string; toolName: string }): TSchema {
  try {
    return FromSchema(new References(schema).inline(schema));
  } catch (error) {
    log.warn("schema of a tool cannot be read", { ...names, error });
    return Type.Unknown();
  }
}

/** Whether a schema says anything that a value could be fitted to. */
function describes(schema: TSchema): boolean {
  return !KindGuard.IsUnknown(schema) && Object.keys(schema).length > 0;
}

function failure(
  result: Result,
  { serverName, toolName }: { serverName: string; toolName: string },
) {
  const content = Array.isArray(result.content) ? result.content : [];
  const parts = mapMCPContentBlocks(content).map((block) =>
    block.type === "text" ? block.text : JSON.stringify(block)
  );
  return new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `MCP tool ${serverName}.${toolName} failed: ${parts.join("; ")}`,
    { toolName, serverName, isError: true },
  );
}

function envelopeOf(
  result: Result,
  outputSchema: TSchema,
  { internal }: OperationContext,
): ResponseEnvelope {
  const content = mapMCPContentBlocks(Array.isArray(result.content) ? result.content : []);
  const meta: Omit<MCPResponseMeta, "source"> = { isError: false, content };
  if (isObject(result._meta)) meta._meta = result._meta;
  if (!isObject(result.structuredContent)) return mcpEnvelope<unknown>(content, meta);
  const { structuredContent } = result;
  meta.structuredContent = structuredContent;
  // A dispatcher refuses what does not fit; bent into shape, it would pass.
  const isBent = internal === undefined && describes(outputSchema);
  const data = isBent ? castTo(outputSchema, structuredContent) : structuredContent;
  return mcpEnvelope<unknown>(data, meta);
}

/** The SDK has a time limit of its own; a call that says how long it has is given that. */
function requestOptions({ signal, deadline }: OperationContext) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(typeof deadline === "number" ? { timeout: Math.max(1, deadline - Date.now()) } : {}),
  };
}

/** Makes an operation of a tool. */
export function toolOperation(
  caller: MCPCaller,
  tool: MCPTool,
  { serverName, version }: { serverName: string; version: string },
): MCPOperation {
  const names = { serverName, toolName: tool.name };
  const outputSchema = tool.outputSchema === undefined
    ? Type.Unknown()
    : schemaOf(tool.outputSchema, names);
  return {
    name: tool.name,
    namespace: serverName,
    version,
    type: OperationType.MUTATION,
    description: tool.description ?? "",
    tags: [],
    inputSchema: schemaOf(tool.inputSchema, names),
    outputSchema,
    accessControl: { requiredScopes: [] },
    async handler(input, context) {
      log.debug("tool is called", { ...names, identity: context.identity?.id });
      const params = { name: tool.name, ...(isObject(input) ? { arguments: input } : {}) };
      const result = await caller.callTool(params, requestOptions(context));
      const answer: Result = isObject(result) ? result : {};
      if (answer.isError) throw failure(answer, names);
      return envelopeOf(answer, outputSchema, context);
    },
  };
}
