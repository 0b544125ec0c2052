/**
 * MCP tools as operations.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { FromSchema } from "../from_schema.ts";
import { References } from "../openapi/references.ts";
import { mcpEnvelope, type MCPResponseMeta, type ResponseEnvelope } from "../response-envelope.ts";
import { type OperationContext, OperationType } from "../types.ts";
import { mapMCPContentBlocks } from "./content.ts";
import type { MCPClient, MCPOperation, MCPTool } from "./types.ts";

type Result = { readonly [key: string]: unknown };

const log = getLogger("operations:mcp");

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A schema whose own definitions stand where they are referred to: nothing resolves them later. */
function schemaOf(schema: unknown): TSchema {
  return FromSchema(new References(schema).inline(schema));
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

function envelopeOf(result: Result, outputSchema: TSchema): ResponseEnvelope {
  const content = mapMCPContentBlocks(Array.isArray(result.content) ? result.content : []);
  const meta: Omit<MCPResponseMeta, "source"> = { isError: false, content };
  if (isObject(result._meta)) meta._meta = result._meta;
  if (!isObject(result.structuredContent)) return mcpEnvelope<unknown>(content, meta);
  const { structuredContent } = result;
  meta.structuredContent = structuredContent;
  const data = describes(outputSchema)
    ? Value.Cast(outputSchema, structuredContent)
    : structuredContent;
  return mcpEnvelope<unknown>(data, meta);
}

/** The SDK has a time limit of its own; a call that says how long it has is given that. */
function requestOptions({ signal, deadline }: OperationContext) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(typeof deadline === "number" ? { timeout: Math.max(1, deadline - Date.now()) } : {}),
  };
}

/**
 * Makes an operation of a tool.
 *
 * @throws {Error} if its schemas refer to something that is not in them.
 */
export function toolOperation(
  client: MCPClient,
  tool: MCPTool,
  { serverName, version }: { serverName: string; version: string },
): MCPOperation {
  const names = { serverName, toolName: tool.name };
  const outputSchema = tool.outputSchema === undefined
    ? Type.Unknown()
    : schemaOf(tool.outputSchema);
  return {
    name: tool.name,
    namespace: serverName,
    version,
    type: OperationType.MUTATION,
    description: tool.description ?? "",
    tags: [],
    inputSchema: schemaOf(tool.inputSchema),
    outputSchema,
    accessControl: { requiredScopes: [] },
    async handler(input, context) {
      log.debug("tool is called", { ...names, identity: context.identity?.id });
      const params = { name: tool.name, ...(isObject(input) ? { arguments: input } : {}) };
      const result = await client.callTool(params, undefined, requestOptions(context));
      const answer: Result = isObject(result) ? result : {};
      if (answer.isError) throw failure(answer, names);
      return envelopeOf(answer, outputSchema);
    },
  };
}
