/**
 * Reads frontmatter as YAML, within limits.
 *
 * @module
 */
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  Parser,
  visit,
  type YAMLMap,
} from "yaml";
import { InvalidInputError } from "../error/index.ts";
import { positionAt } from "./position.ts";
import { type FrontmatterFrame, locateFrontmatter } from "./split.ts";

const MAX_ALIASES = 100;
const MAX_NESTING = 64;
// The library compares each key with all others; here a set does.
const COMPOSE = {
  version: "1.2",
  keepSourceTokens: true,
  logLevel: "error",
  uniqueKeys: false,
} as const;
const TOO_MANY = `there are more than ${MAX_ALIASES} aliases`;
const TOO_DEEP = `nesting is deeper than ${MAX_NESTING} levels`;

/** The frontmatter of one text, read but not yet judged. */
export interface FrontmatterSource {
  /** The whole text. */
  readonly text: string;
  /** Path of the file, if it has one. */
  readonly path: string | undefined;
  /** Where the frontmatter stands in the text. */
  readonly frame: FrontmatterFrame;
  /** The YAML document; offsets in it count from `frame.dataStart`. */
  readonly document: Document.Parsed;
  /** The mapping that is its whole content. */
  readonly root: YAMLMap.Parsed;
  /** The mapping as plain values. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Finds and reads the frontmatter of a text.
 *
 * @throws {InvalidInputError} if there is none, or it is no YAML mapping.
 */
export function readFrontmatter(text: string, path?: string): FrontmatterSource {
  const fail = (message: string, offset: number) =>
    new InvalidInputError("", message, { ...positionAt(text, offset), ...(path && { path }) });
  const frame = locateFrontmatter(text);
  if (frame === null) throw fail("No valid frontmatter found", 0);
  const { dataStart, dataEnd } = frame;
  let data = text.slice(dataStart, dataEnd);
  // Half a line ending would be taken for a part of the last value.
  if (data.endsWith("\r")) data += "\n";
  const fault = (reason: string, offset: number) =>
    fail(`YAML parse error: ${reason}`, dataStart + Math.min(offset, data.length));
  const document = compose(data, fault);
  const values = toValues(document, fault);
  if (!isMap(document.contents) || !isRecord(values)) {
    const start = dataStart + (document.contents?.range[0] ?? 0);
    throw fail("YAML frontmatter must be a mapping (object), not a scalar or array", start);
  }
  return { text, path, frame, document, root: document.contents, values };
}

type Fault = (reason: string, offset: number) => InvalidInputError;

function compose(data: string, fault: Fault): Document.Parsed {
  const tokens = [...new Parser().parse(data)];
  const excess = findExcess(tokens);
  if (excess !== undefined) throw fault(excess.reason, excess.token.offset);
  const composer = new Composer(COMPOSE);
  const [document, second] = composer.compose(tokens, true, data.length);
  // Asked for a document by all means, the composer gives one.
  if (document === undefined) throw fault("no document", 0);
  const [error] = document.errors;
  if (error !== undefined) throw fault(error.message, error.pos[0]);
  if (second !== undefined) throw fault("more than one document", second.range[0]);
  const repeated = findRepeatedKey(document);
  if (repeated !== undefined) throw fault("Map keys must be unique", repeated);
  return document;
}

function toValues(document: Document.Parsed, fault: Fault): unknown {
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw fault(error instanceof Error ? error.message : String(error), 0);
  }
  if (isDeep(values, new Map(), 0)) throw fault(TOO_DEEP, 0);
  return values;
}

/** Finds a key that its mapping has already. */
function findRepeatedKey(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (!seen.has(key.value)) {
          seen.add(key.value);
          continue;
        }
        found = key.range?.[0] ?? 0;
        return visit.BREAK;
      }
    },
  });
  return found;
}

/** Finds a token too many or too deep, before anything recurses into it or looks it up. */
function findExcess(
  tokens: readonly CST.Token[],
): { reason: string; token: CST.Token } | undefined {
  const pending: { token: CST.Token | null | undefined; level: number }[] = [];
  for (const token of tokens) pending.push({ token, level: 0 });
  let aliases = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, level } = next;
    if (!token) continue;
    if (level > MAX_NESTING) return { reason: TOO_DEEP, token };
    if (token.type === "alias" && ++aliases > MAX_ALIASES) return { reason: TOO_MANY, token };
    if (token.type === "document") pending.push({ token: token.value, level });
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if ("key" in item) pending.push({ token: item.key, level: level + 1 });
      pending.push({ token: item.value, level: level + 1 });
    }
  }
}

/** Tells whether a value is nested too deeply through aliases, which may even lead in a circle. */
function isDeep(value: unknown, seen: Map<object, number>, level: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (level >= MAX_NESTING) return true;
  if ((seen.get(value) ?? -1) >= level) return false;
  seen.set(value, level);
  return Object.values(value).some((inner) => isDeep(inner, seen, level + 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
