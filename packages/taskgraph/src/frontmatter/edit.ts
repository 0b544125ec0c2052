/**
 * Finds which characters of a file to replace so that one key of its frontmatter changes.
 *
 * @module
 */
import {
  type CST,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  visit,
  type YAMLSeq,
} from "yaml";
import { InvalidInputError } from "../error/index.ts";
import { renderFlowPair, renderInline, renderPair } from "./render.ts";
import type { FrontmatterSource } from "./yaml_source.ts";

/** A replacement of the characters from `start` up to `end` of the whole text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A key as the file spells it, and what it shall be; `undefined` removes it. */
export interface Change {
  readonly key: string;
  readonly value: unknown;
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

/**
 * Gives the edit that makes `change`.
 *
 * @throws {InvalidInputError} if it cannot be made in place.
 */
export function editFor(source: FrontmatterSource, { key, value }: Change): Edit | undefined {
  const { root } = source;
  const index = root.items.findIndex((pair) => nameOf(pair) === key);
  const pair = root.items[index];
  if (pair === undefined) return value === undefined ? undefined : addition(source, key, value);
  refuseSharedAnchors(source, key, pair);
  if (value !== undefined) return replacement(source, { key, pair, value });
  return root.flow ? removalFromFlow(source, index) : removalOfLines(source, pair);
}

function nameOf({ key }: ParsedPair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function refuse(key: string, reason: string): InvalidInputError {
  return new InvalidInputError(key, `Cannot change "${key}" in place: ${reason}`);
}

/** What other parts of the file refer to must stay. */
function refuseSharedAnchors(source: FrontmatterSource, key: string, pair: ParsedPair): void {
  const anchors = new Set<string>();
  for (const part of [pair.key, pair.value]) {
    if (!isNode(part)) continue;
    visit(part, (_key, node) => {
      if (isNode(node) && !isAlias(node) && node.anchor) anchors.add(node.anchor);
    });
  }
  visit(source.document, {
    Alias(_key, { source: anchor }) {
      if (anchors.has(anchor)) throw refuse(key, `&${anchor} in it is used elsewhere`);
    },
  });
}

function addition(source: FrontmatterSource, key: string, value: unknown): Edit {
  const { root, frame } = source;
  if (root.flow) {
    const last = root.items.at(-1);
    const end = last ? extentOf(source, last).end : frame.dataStart + root.range[0] + 1;
    return { start: end, end, text: `, ${renderFlowPair(key, value)}` };
  }
  const { newline, indent } = layoutOf(source);
  const lines = renderPair(key, value).split("\n").map((line) => indent + line + newline);
  return { start: frame.closingStart, end: frame.closingStart, text: lines.join("") };
}

function replacement(
  source: FrontmatterSource,
  { key, pair, value }: Change & { pair: ParsedPair },
): Edit {
  const colon = pair.srcToken?.sep?.find(({ type }) => type === "map-value-ind");
  if (colon === undefined) throw refuse(key, "it has no colon");
  const { value: node } = pair;
  if (isSeq(node) && !node.flow && Array.isArray(value) && value.length > 0) {
    return replacementOfItems(source, { before: source.values[key], sequence: node, value });
  }
  const { end, isBlock } = extentOf(source, pair);
  const text = renderInline(value, source.root.flow ? "flow" : "block");
  const afterColon = source.frame.dataStart + colon.offset + 1;
  const properties = pair.srcToken?.sep?.find(({ type }) => type === "tag" || type === "anchor");
  const comment = pair.srcToken?.sep?.find(({ type }) => type === "comment");
  if (isBlock) {
    // A block begins below its key; a comment beside the key stays there.
    return { start: afterColon, end, text: ` ${text}${comment ? ` ${comment.source}` : ""}` };
  }
  const first = properties?.offset ?? (node && node.range[0] < node.range[1] && node.range[0]);
  if (typeof first !== "number") return { start: afterColon, end: afterColon, text: ` ${text}` };
  return { start: source.frame.dataStart + first, end, text };
}

/** Rewrites a block sequence from the first item that differs; what stands before is kept. */
function replacementOfItems(
  source: FrontmatterSource,
  { before, sequence, value }: {
    before: unknown;
    sequence: YAMLSeq.Parsed;
    value: readonly unknown[];
  },
): Edit {
  const { text, frame } = source;
  const items: readonly unknown[] = Array.isArray(before) ? before : [];
  let kept = 0;
  while (kept < items.length && kept < value.length && isSame(items[kept], value[kept])) kept++;
  const first = frame.dataStart + sequence.range[0];
  const { newline } = layoutOf(source);
  const indent = text.slice(text.lastIndexOf("\n", first - 1) + 1, first).replace(/\S/g, " ");
  const lines = value.slice(kept).map((item) => `- ${renderInline(item, "block")}`);
  const end = blockEnd(text, frame.dataStart, sequence);
  const last = sequence.items[kept - 1];
  if (last === undefined) return { start: first, end, text: lines.join(newline + indent) };
  const start = blockEnd(text, frame.dataStart, last);
  const added = lines.map((line) => newline + indent + line).join("");
  return { start, end, text: added };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function removalOfLines(source: FrontmatterSource, pair: ParsedPair): Edit {
  const { text } = source;
  const { start, end } = extentOf(source, pair);
  const newline = text.indexOf("\n", end);
  return { start: text.lastIndexOf("\n", start - 1) + 1, end: newline + 1, text: "" };
}

function removalFromFlow(source: FrontmatterSource, index: number): Edit {
  const { items } = source.root;
  const [before, pair, after] = [items[index - 1], items[index], items[index + 1]];
  // Whoever removes a pair has found it, and the id of a task stands beside it.
  if (!pair) throw new RangeError(`Cannot remove entry ${index}: there are ${items.length}`);
  const { start, end } = extentOf(source, pair);
  if (after) return { start, end: extentOf(source, after).start, text: "" };
  return { start: before ? extentOf(source, before).end : start, end, text: "" };
}

/** Gives where a pair begins and where its value ends; a block takes its last line whole. */
function extentOf(
  { text, frame }: FrontmatterSource,
  { key, value, srcToken }: ParsedPair,
): { start: number; end: number; isBlock: boolean } {
  const isSpace = ({ type }: CST.SourceToken) =>
    type === "space" || type === "newline" || type === "comment" || type === "comma";
  const before = srcToken?.start.find((token) => !isSpace(token));
  const start = frame.dataStart + (before?.offset ?? key.range[0]);
  const isBlock = srcToken?.value?.type.startsWith("block-") ?? false;
  if (isBlock && value) return { start, end: blockEnd(text, frame.dataStart, value), isBlock };
  const sep = srcToken?.sep?.filter((token) => !isSpace(token)).at(-1);
  const sepEnd = sep ? sep.offset + sep.source.length : key.range[1];
  const valueEnd = value && value.range[0] < value.range[1] ? value.range[1] : 0;
  return { start, end: frame.dataStart + Math.max(sepEnd, valueEnd), isBlock };
}

/** Gives the end of the last line of a block; the library counts comments below it in. */
function blockEnd(text: string, dataStart: number, block: ParsedNode): number {
  let last: unknown = block;
  let end = block.range[1];
  while (isCollection(last) && !last.flow) {
    const item: unknown = last.items.at(-1);
    last = isPair(item) ? item.value ?? item.key : item;
    if (isNode(last) && last.range) end = last.range[1];
  }
  return lineEnd(text, trimmedEnd(text, dataStart + end));
}

/** Reads how the file ends its lines and how far its keys are indented. */
function layoutOf(source: FrontmatterSource): { newline: string; indent: string } {
  const { text, frame, root } = source;
  const newline = text[frame.dataStart - 2] === "\r" ? "\r\n" : "\n";
  const [pair] = root.items;
  const first = pair ? extentOf(source, pair).start : frame.dataStart;
  const indent = text.slice(text.lastIndexOf("\n", first - 1) + 1, first);
  return { newline, indent: /^ *$/.test(indent) ? indent : "" };
}

function trimmedEnd(text: string, end: number): number {
  while (end > 0 && /\s/.test(text[end - 1] ?? "")) end--;
  return end;
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return text[newline - 1] === "\r" ? newline - 1 : newline;
}
