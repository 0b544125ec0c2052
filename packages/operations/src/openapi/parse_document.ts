/**
 * Documents from text, JSON or YAML.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { OpenAPISpec } from "./types.ts";

async function loadYaml(cause: unknown): Promise<typeof import("yaml")> {
  try {
    return await import("yaml");
  } catch {
    throw new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      "Cannot read document: it is no JSON; install the peer yaml if it is YAML",
      undefined,
      { cause },
    );
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * Reads a document: as JSON, and as YAML where it is none.
 *
 * @throws {SyntaxError} if it is neither.
 * @throws {CallError} `EXECUTION_ERROR` if it is no JSON, and the package for YAML is not installed.
 */
export async function parseDocument(text: string): Promise<OpenAPISpec> {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { parse } = await loadYaml(error);
    // Any text is YAML of some kind. Only what has structure was meant to be; aliases are bounded by
    // the parser, so that a few lines cannot unfold to more than there is memory.
    const document = parseQuietly(() => parse(text, { logLevel: "error" }));
    if (!isObject(document)) throw error;
    return document as OpenAPISpec; // what reads it looks at every part
  }
}

function parseQuietly(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined; // that it is no JSON is told instead
  }
}
