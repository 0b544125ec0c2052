/**
 * MCP tools as operations.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard, type TSchema, Type } from "@sinclair/typebox";
import { castTo } from "../cast.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { convertSchema } from "../from_schema.ts";
import { References } from "../openapi/references.ts";
import {
  type MCPContentBlock,
  mcpEnvelope,
  type MCPResponseMeta,
  type ResponseEnvelope,
} from "../response-envelope.ts";
import { type ErrorDefinition, type OperationContext, OperationType } from "../types.ts";
import { mapMCPContentBlocks } from "./content.ts";
import type { MCPCaller, MCPClientConfig, MCPOperation, MCPTool } from "./types.ts";

type Result = { readonly [key: string]: unknown };

/** How tools are read. */
interface ToolOptions {
  readonly results?: MCPClientConfig["results"] | undefined;
  readonly patterns?: MCPClientConfig["patterns"] | undefined;
}

/** A tool, its server, and how it is read. */
interface ToolNames extends ToolOptions {
  readonly serverName: string;
  readonly toolName: string;
}

const MAX_MESSAGE = 1024;
/** What a tool says that it failed. */
const TOOL_ERROR: ErrorDefinition = {
  code: "MCP_TOOL_ERROR",
  description: "The tool says that it failed; its content says how.",
  schema: {},
};
const ContentBlocks = Type.Array(
  Type.Object({ type: Type.String() }, { additionalProperties: true }),
  { description: "Blocks of content: text, image, audio, resource or resource_link." },
);

const log = getLogger("operations:mcp");

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/**
 * A schema whose own definitions stand where they are referred to: nothing resolves them later. One
 * that cannot be read takes any value, for one odd tool must not take the others away; the server
 * checks what its tools are given.
 */
function schemaOf(
  schema: unknown,
  { patterns = "checked", ...names }: Omit<ToolNames, "results">,
): TSchema {
  try {
    return convertSchema(new References(schema).inline(schema), new Map(), { patterns });
  } catch (error) {
    log.warn("schema of a tool cannot be read", { ...names, error });
    return Type.Unknown();
  }
}

/** Whether a schema says anything that a value could be fitted to. */
function describes(schema: TSchema): boolean {
  return !KindGuard.IsUnknown(schema) && Object.keys(schema).length > 0;
}

/** A failure that a tool tells, in the words of the wire: what it told is in the details. */
function toolError({ structuredContent }: Result, content: readonly MCPContentBlock[]): CallError {
  const first = content.find((block) => block.type === "text");
  const message = first?.type === "text" ? first.text.slice(0, MAX_MESSAGE) : "the tool failed";
  const structured = isObject(structuredContent) ? { structuredContent } : {};
  return new CallError(TOOL_ERROR.code, message, { content, ...structured });
}

function failure(result: Result, { serverName, toolName, results }: ToolNames) {
  const content = mapMCPContentBlocks(Array.isArray(result.content) ? result.content : []);
  if (results === "mcp") return toolError(result, content);
  const parts = content.map((block) => block.type === "text" ? block.text : JSON.stringify(block));
  return new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `MCP tool ${serverName}.${toolName} failed: ${parts.join("; ")}`,
    { toolName, serverName, isError: true },
  );
}

/** Whether there is something in place of the content; since 2026-07-28 it may be any value. */
function isStructured(value: unknown, results: MCPClientConfig["results"]): boolean {
  return results === "mcp" ? value !== undefined : isObject(value);
}

function envelopeOf(
  result: Result,
  { outputSchema, results }: { readonly outputSchema: TSchema } & ToolOptions,
  { internal }: OperationContext,
): ResponseEnvelope {
  const content = mapMCPContentBlocks(Array.isArray(result.content) ? result.content : []);
  const meta: Omit<MCPResponseMeta, "source"> = { isError: false, content };
  if (isObject(result._meta)) meta._meta = result._meta;
  const { structuredContent } = result;
  if (!isStructured(structuredContent, results)) return mcpEnvelope<unknown>(content, meta);
  if (isObject(structuredContent)) meta.structuredContent = structuredContent;
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
  { serverName, version, results, patterns }: ToolOptions & {
    readonly serverName: string;
    readonly version: string;
  },
): MCPOperation {
  const names = { serverName, toolName: tool.name };
  const isMcp = results === "mcp";
  const outputSchema = tool.outputSchema === undefined
    ? isMcp ? ContentBlocks : Type.Unknown()
    : schemaOf(tool.outputSchema, { ...names, patterns });
  return {
    name: tool.name,
    namespace: serverName,
    version,
    type: OperationType.MUTATION,
    description: tool.description ?? "",
    tags: [],
    inputSchema: schemaOf(tool.inputSchema, { ...names, patterns }),
    outputSchema,
    accessControl: { requiredScopes: [] },
    ...(isMcp ? { errorSchemas: [TOOL_ERROR] } : {}),
    async handler(input, context) {
      log.debug("tool is called", { ...names, identity: context.identity?.id });
      const params = { name: tool.name, ...(isObject(input) ? { arguments: input } : {}) };
      const result = await caller.callTool(params, requestOptions(context));
      const answer: Result = isObject(result) ? result : {};
      if (answer.isError) throw failure(answer, { ...names, results });
      return envelopeOf(answer, { outputSchema, results }, context);
    },
  };
}
