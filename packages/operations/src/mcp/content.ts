/**
 * The content of MCP answers.
 *
 * @module
 */
import type { MCPAnnotations, MCPContentBlock, MCPResourceContent } from "../response-envelope.ts";

type Block = { readonly [key: string]: unknown };

function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null;
}

function text(value: unknown, fallback = ""): string {
  return value === undefined || value === null ? fallback : String(value);
}

/** Those of `keys` that `block` has, as text. */
function optional<Key extends string>(block: Block, keys: readonly Key[]): { [K in Key]?: string } {
  const found: { [K in Key]?: string } = {};
  for (const key of keys) {
    if (block[key] !== undefined && block[key] !== null) found[key] = String(block[key]);
  }
  return found;
}

function annotations(block: Block): { annotations?: MCPAnnotations } {
  // What a server says about its blocks is passed on as it is.
  return isBlock(block.annotations) ? { annotations: block.annotations as MCPAnnotations } : {};
}

function resource(value: unknown): MCPResourceContent {
  const block = isBlock(value) ? value : {};
  return { uri: text(block.uri), ...optional(block, ["mimeType", "text", "blob"]) };
}

function mapBlock(block: unknown): MCPContentBlock {
  const asText = (): MCPContentBlock => ({ type: "text", text: JSON.stringify(block) ?? "" });
  if (!isBlock(block)) return asText();
  switch (block.type) {
    case "text":
      return { type: "text", text: text(block.text), ...annotations(block) };
    case "image":
      return {
        type: "image",
        data: text(block.data),
        mimeType: text(block.mimeType, "application/octet-stream"),
        ...annotations(block),
      };
    case "audio":
      return {
        type: "audio",
        data: text(block.data),
        mimeType: text(block.mimeType, "audio/octet-stream"),
        ...annotations(block),
      };
    case "resource":
      return { type: "resource", resource: resource(block.resource), ...annotations(block) };
    case "resource_link":
      return {
        type: "resource_link",
        uri: text(block.uri),
        name: text(block.name),
        ...optional(block, ["description", "mimeType"]),
      };
    default:
      return asText();
  }
}

/** Each block of an answer in the library's own shape; what is unknown becomes text. */
export function mapMCPContentBlocks(sdkBlocks: unknown[]): MCPContentBlock[] {
  return sdkBlocks.map(mapBlock);
}
