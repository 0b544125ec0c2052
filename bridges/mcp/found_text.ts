/**
 * What a search tells of an operation. Descriptions are read by models: those that come from a node
 * say so.
 *
 * @module
 */
import type { FoundOperation } from "../ports.ts";

const MAX_CHARS = 512;

/** What is told of an operation that was found. */
export interface Found {
  readonly name: string;
  readonly description: string;
}

/** Says what an operation is, in few words. */
export function foundText({ name, namespace, type, description, peerId }: FoundOperation): Found {
  // Characters that do not show could say something else to a model than to its user.
  const said = description.replaceAll(/\p{C}+/gu, " ").trim();
  const text = said === "" ? `The ${type} ${name} of ${namespace}.` : said;
  const from = peerId === undefined ? "" : `[${peerId}] `;
  return { name, description: [...from + text].slice(0, MAX_CHARS).join("") };
}
