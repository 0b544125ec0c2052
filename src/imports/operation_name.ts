/**
 * Names of imported operations.
 *
 * @module
 */
import { parseOperationName } from "@alkdev/operations";

const MAX_SEGMENT = 64;
const MAX_SEGMENTS = 5;

/**
 * The name below `namespace` for what a service calls `given`: slashes part it, and what no name can
 * hold becomes `_`. Undefined where nothing of it is left, or too much.
 */
export function operationName(namespace: string, given: string): string | undefined {
  const segments = given.split("/").filter((part) => part !== "").map(segmentOf);
  if (segments.length > MAX_SEGMENTS || segments.length === 0) return undefined;
  const name = segments.join("/");
  return parseOperationName(`${namespace}/${name}`) === undefined ? undefined : name;
}

function segmentOf(part: string): string {
  const plain = part.replaceAll(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[^A-Za-z0-9]+/, "");
  if (plain.length <= MAX_SEGMENT) return plain;
  // Two that begin alike stay two.
  return `${plain.slice(0, MAX_SEGMENT - 9)}_${checksum(plain)}`;
}

function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
