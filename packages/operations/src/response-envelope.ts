/**
 * The envelope around every result: the value, and where it came from.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";

/** Where a result can come from. */
export const RESPONSE_SOURCES = ["local", "http", "mcp"] as const;

/** Where a result came from. */
export type ResponseSource = (typeof RESPONSE_SOURCES)[number];

/** About a result of a handler of this process. */
export interface LocalResponseMeta {
  source: "local";
  operationId: string;
  timestamp: number;
}

/** About a result that an HTTP service gave. */
export interface HTTPResponseMeta {
  source: "http";
  statusCode: number;
  headers: Record<string, string>;
  contentType: string;
}

/** Hints of an MCP server about a block. */
export interface MCPAnnotations {
  audience?: Array<"user" | "assistant">;
  priority?: number;
  lastModified?: string;
}

/** The content of an embedded MCP resource. */
export interface MCPResourceContent {
  uri: string;
  mimeType?: string;
  text?: string;
  blob?: string;
}

/** One block of an MCP tool's answer. */
export type MCPContentBlock =
  | { type: "text"; text: string; annotations?: MCPAnnotations }
  | { type: "image"; data: string; mimeType: string; annotations?: MCPAnnotations }
  | { type: "audio"; data: string; mimeType: string; annotations?: MCPAnnotations }
  | { type: "resource"; resource: MCPResourceContent; annotations?: MCPAnnotations }
  | { type: "resource_link"; uri: string; name: string; description?: string; mimeType?: string };

/** About a result that an MCP tool gave. */
export interface MCPResponseMeta {
  source: "mcp";
  isError: boolean;
  content: MCPContentBlock[];
  structuredContent?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}

/** Where a result came from, with what that source tells. */
export type ResponseMeta = LocalResponseMeta | HTTPResponseMeta | MCPResponseMeta;

/** A result and where it came from. */
export interface ResponseEnvelope<T = unknown> {
  data: T;
  meta: ResponseMeta;
}

const LocalMetaSchema = Type.Object({
  source: Type.Literal("local"),
  operationId: Type.String(),
  timestamp: Type.Number(),
});

const HTTPMetaSchema = Type.Object({
  source: Type.Literal("http"),
  statusCode: Type.Number(),
  headers: Type.Record(Type.String(), Type.String()),
  contentType: Type.String(),
});

const AnnotationsSchema = Type.Optional(Type.Object({
  audience: Type.Optional(
    Type.Array(Type.Union([Type.Literal("user"), Type.Literal("assistant")])),
  ),
  priority: Type.Optional(Type.Number()),
  lastModified: Type.Optional(Type.String()),
}));

const mediaBlock = <T extends "image" | "audio">(type: T) =>
  Type.Object({
    type: Type.Literal(type),
    data: Type.String(),
    mimeType: Type.String(),
    annotations: AnnotationsSchema,
  });

const ContentBlockSchema = Type.Union([
  Type.Object({ type: Type.Literal("text"), text: Type.String(), annotations: AnnotationsSchema }),
  mediaBlock("image"),
  mediaBlock("audio"),
  Type.Object({
    type: Type.Literal("resource"),
    resource: Type.Object({
      uri: Type.String(),
      mimeType: Type.Optional(Type.String()),
      text: Type.Optional(Type.String()),
      blob: Type.Optional(Type.String()),
    }),
    annotations: AnnotationsSchema,
  }),
  Type.Object({
    type: Type.Literal("resource_link"),
    uri: Type.String(),
    name: Type.String(),
    description: Type.Optional(Type.String()),
    mimeType: Type.Optional(Type.String()),
  }),
]);

const MCPMetaSchema = Type.Object({
  source: Type.Literal("mcp"),
  isError: Type.Boolean(),
  content: Type.Array(ContentBlockSchema),
  structuredContent: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  _meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** Schema of {@linkcode ResponseMeta}. */
export const ResponseMetaSchema = Type.Union([LocalMetaSchema, HTTPMetaSchema, MCPMetaSchema]);

/** Schema of {@linkcode ResponseEnvelope}. */
export const ResponseEnvelopeSchema = Type.Object({
  data: Type.Unknown(),
  meta: ResponseMetaSchema,
});

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether `value` is an envelope: it has a `data` key, and a `meta` that its source would write. */
export function isResponseEnvelope(value: unknown): value is ResponseEnvelope {
  if (!isRecord(value) || !("data" in value) || !isRecord(value.meta)) return false;
  const { meta } = value;
  switch (meta.source) {
    case "local":
      return typeof meta.operationId === "string" && typeof meta.timestamp === "number";
    case "http":
      return typeof meta.statusCode === "number";
    case "mcp":
      return typeof meta.isError === "boolean" && Array.isArray(meta.content);
    default:
      return false;
  }
}

/** Wraps a result of this process, stamped with the time of the call. */
export function localEnvelope<T>(data: T, operationId: string): ResponseEnvelope<T> {
  return { data, meta: { source: "local", operationId, timestamp: Date.now() } };
}

/** Wraps what an HTTP service answered. */
export function httpEnvelope<T>(
  data: T,
  meta: Omit<HTTPResponseMeta, "source">,
): ResponseEnvelope<T> {
  return { data, meta: { ...meta, source: "http" } };
}

/** Wraps what an MCP tool answered. */
export function mcpEnvelope<T>(
  data: T,
  meta: Omit<MCPResponseMeta, "source">,
): ResponseEnvelope<T> {
  return { data, meta: { ...meta, source: "mcp" } };
}

/** The value inside an envelope. */
export function unwrap<T>(envelope: ResponseEnvelope<T>): T {
  return envelope.data;
}
