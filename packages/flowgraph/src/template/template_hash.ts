/**
 * Digests that tell one template from another. They guard against mistakes, not against malice.
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";
import { templateEdgeAttrs } from "./template_graph.ts";
import type { CompiledTemplate, TemplateNode, TemplateScope } from "./model.ts";

const PRIME = 0x01000193;

/** Two runs of FNV-1a with different starts, as 16 hexadecimal digits. */
function digest(text: string): string {
  let a = 0x811c9dc5, b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, PRIME);
    b = Math.imul(b ^ unit ^ (i & 0xff), PRIME);
  }
  return hex(a) + hex(b);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/** Functions count by their place only; what JSON cannot say counts by its kind. */
export function comparable(value: unknown): unknown {
  if (typeof value === "function") return { $: "function" };
  if (typeof value === "bigint" || typeof value === "symbol") return { $: String(value) };
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return Symbol.iterator in value && (value instanceof Set || value instanceof Map)
      ? { $: "iterable", items: [...value].map(comparable) }
      : { $: Object.prototype.toString.call(value) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}

function nodeText(scope: TemplateScope, node: TemplateNode): string {
  const { id, kind, block, successors, body } = node;
  const own = node.kind === "join" ? {} : block.props;
  const inner = typeof body === "object" ? scopeHashes(body).join() : typeof body;
  const next = successors.flatMap((index) => scope.nodes[index] ?? [])
    .map((to) => [to.id, templateEdgeAttrs(node, to).branch]);
  return canonicalJson([id, kind, comparable(own), next, inner]);
}

/** A digest for each node of a scope, in order. */
export function scopeHashes(scope: TemplateScope): string[] {
  return scope.nodes.map((node) => digest(nodeText(scope, node)));
}

/** One digest in place of many. */
export function combineHashes(hashes: readonly string[]): string {
  return digest(hashes.join());
}

/** Digest of ids, kinds, properties and edges of a template; functions count by position only. */
export function templateHash(compiled: CompiledTemplate): string {
  return compiled.hash;
}
