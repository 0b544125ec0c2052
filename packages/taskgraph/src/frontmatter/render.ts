/**
 * Writes single values as YAML that fits into a file somebody else wrote.
 *
 * @module
 */
import { Document, isCollection, isMap, type ToStringOptions } from "yaml";

// Every string stays on its line, so that what follows it may be a comment.
const ON_ONE_LINE: ToStringOptions = {
  lineWidth: 0,
  blockQuote: false,
  doubleQuotedMinMultiLineLength: Infinity,
  flowCollectionPadding: false,
};

/** Writes `key: value` over as many lines as it takes, without a newline at the end. */
export function renderPair(key: string, value: unknown): string {
  return write(new Map([[key, value]]), "block");
}

/** Writes `key: value` as it stands between the braces of a flow mapping. */
export function renderFlowPair(key: string, value: unknown): string {
  return write(new Map([[key, value]]), "flow").slice(1, -1);
}

/** Writes a value on one line, for a place inside or outside of brackets. */
export function renderInline(value: unknown, place: "block" | "flow"): string {
  return place === "flow"
    ? renderFlowPair("k", value).slice("k: ".length)
    : write(new Map([["k", value]]), "inline").slice("k: ".length);
}

function write(pair: Map<string, unknown>, style: "block" | "flow" | "inline"): string {
  const document = new Document(pair, { aliasDuplicateObjects: false });
  if (isMap(document.contents)) {
    document.contents.flow = style === "flow";
    if (style === "inline") {
      for (const { value } of document.contents.items) makeFlow(value);
    }
  }
  return document.toString(ON_ONE_LINE).trimEnd();
}

function makeFlow(node: unknown): void {
  if (isCollection(node)) node.flow = true;
}
