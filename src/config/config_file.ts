/**
 * Reads the text of a configuration file: JSON with comments and trailing commas.
 *
 * @module
 */
import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { ConfigProblem } from "./config_error.ts";
import { readEncrypted } from "./encrypted_value.ts";
import { type Layer, readSetting, readTree, type SourceNode } from "./layer.ts";
import type { Setting } from "./settings.ts";
import { formatSource, type Source } from "./source.ts";

/** Longest file that is read, in characters. */
const MAX_LENGTH = 1024 * 1024;

/** A configuration file that was read. */
export interface ConfigFile {
  /** As it is shown in messages. */
  readonly path: string;
  readonly text: string;
}

/** Finds line and column, both from 1, of offsets in a text. */
function positions({ path, text }: ConfigFile): (offset: number) => Source {
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { kind: "file", file: path, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

function members(node: Node, at: (offset: number) => Source, problems: ConfigProblem[]) {
  const found = new Map<string, SourceNode>();
  for (const { children = [] } of node.children ?? []) {
    const [name, value] = children;
    if (name === undefined || value === undefined) continue;
    const key = String(name.value);
    const source = at(name.offset);
    if (found.has(key)) {
      problems.push({ source: formatSource(source), path: key, message: "this key stands twice" });
    }
    found.set(key, toSourceNode(value, { at, problems, source }));
  }
  return found;
}

interface Walk {
  readonly at: (offset: number) => Source;
  readonly problems: ConfigProblem[];
  /** Where the key of the node stands. */
  readonly source: Source;
}

function toSourceNode(node: Node, { at, problems, source }: Walk): SourceNode {
  const value: unknown = getNodeValue(node);
  return node.type === "object"
    ? { source, value, members: members(node, at, problems) }
    : { source, value };
}

function words(code: ParseError["error"]): string {
  return printParseErrorCode(code).replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function parse(text: string, errors: ParseError[]): Node | undefined | "too deep" {
  try {
    return parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  } catch (error) {
    if (error instanceof RangeError) return "too deep"; // the parser's recursion ran out of stack
    throw error;
  }
}

function refuse(source: Source, message: string): Layer {
  return { entries: [], problems: [{ source: formatSource(source), path: "", message }] };
}

/** Only a file may hold encrypted values: they are bound to their place in one. */
function readFromFile(setting: Setting, { value, source }: SourceNode): Layer {
  const found = readEncrypted(setting, value);
  if (found === undefined) return readSetting(setting, { value, source });
  if (found.ok) {
    const { encrypted } = found;
    return { entries: [{ setting, value: setting.default, source, encrypted }], problems: [] };
  }
  const { path } = setting;
  return {
    entries: [],
    problems: [{ source: formatSource(source), path, message: found.message }],
  };
}

/** Reads what a file contributes; syntax errors are reported alone, with line and column. */
export function readConfigFile(file: ConfigFile): Layer {
  const at = positions(file);
  if (file.text.length > MAX_LENGTH) return refuse(at(0), "the file is larger than 1 MiB");
  const errors: ParseError[] = [];
  const root = parse(file.text, errors);
  if (root === "too deep") return refuse(at(0), "the file is nested too deeply");
  if (errors.length > 0) {
    const problems = errors.slice(0, 10).map(({ error, offset }) => ({
      source: formatSource(at(offset)),
      path: "",
      message: `this is not JSON with comments: ${words(error)}`,
    }));
    return { entries: [], problems };
  }
  if (root === undefined) return { entries: [], problems: [] };
  const problems: ConfigProblem[] = [];
  const tree = toSourceNode(root, { at, problems, source: at(root.offset) });
  const layer = readTree(tree, readFromFile);
  return { entries: layer.entries, problems: [...problems, ...layer.problems] };
}
