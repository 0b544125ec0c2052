/**
 * Does what one operation puts out fit what another takes in?
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";
import { compareArrays } from "./compat_array.ts";
import {
  type CompatContext,
  every,
  FITS,
  mismatch,
  type Pair,
  UNKNOWN,
  type Verdict,
} from "./compat_context.ts";
import { compareObjects } from "./compat_object.ts";
import {
  alternatives,
  isRecord,
  mergeAllOf,
  resolveReference,
  saysNothing,
  type Schema,
  type SchemaRoot,
  schemaRoot,
  schemaType,
} from "./json_schema.ts";

/** What `typeCompat` found. */
export interface TypeCompatResult {
  /** Undefined where a schema says too little for a verdict. */
  readonly compatible: boolean | undefined;
  readonly kind: "exact" | "subtype" | "unknown" | "mismatch";
  /** Of a mismatch: the first offending path and the reason. Else: what was not compared. */
  readonly detail?: string;
}

/** Schemas nested deeper than this are not judged. */
const MAX_DEPTH = 200;

/** Unions of references multiply with each level; past this many pairs no verdict is given. */
const MAX_COMPARISONS = 200_000;

const CONSTRAINTS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
];

/**
 * Compares the JSON Schema of an output with that of an input. Annotations are ignored; numeric,
 * length, pattern and format constraints are not compared, which `detail` then mentions.
 *
 * @example An output may say more than the input asks for
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { typeCompat } from "@alkdev/flowgraph/analysis";
 *
 * const user = { type: "object", properties: { id: { type: "string" }, age: { type: "integer" } },
 *   required: ["id", "age"] };
 * const wantsId = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
 * strictEqual(typeCompat(user, wantsId).kind, "subtype");
 *
 * const wantsNumber = { type: "object", properties: { id: { type: "number" } }, required: ["id"] };
 * deepStrictEqual(typeCompat(user, wantsNumber), {
 *   compatible: false,
 *   kind: "mismatch",
 *   detail: "/id: string is not number",
 * });
 * ```
 */
export function typeCompat(output: unknown, input: unknown): TypeCompatResult {
  const outputRoot = schemaRoot(output), inputRoot = schemaRoot(input);
  if (saysNothing(outputRoot.schema) || saysNothing(inputRoot.schema)) {
    return { compatible: undefined, kind: "unknown" };
  }
  if (outputRoot.text === inputRoot.text) return { compatible: true, kind: "exact" };
  const context: CompatContext = {
    outputRoot,
    inputRoot,
    constraints: [],
    active: new Map(),
    depth: 0,
    left: MAX_COMPARISONS,
    compare: (pair) => compare(pair, context),
  };
  return report(context.compare({ output: outputRoot.schema, input: inputRoot.schema, path: "" }), {
    constraints: context.constraints,
  });
}

function report(verdict: Verdict, { constraints }: { constraints: string[] }): TypeCompatResult {
  if (verdict.kind === "mismatch") {
    return { compatible: false, kind: "mismatch", detail: verdict.detail };
  }
  if (verdict.kind === "unknown") return { compatible: undefined, kind: "unknown" };
  const detail = constraints.length > 0
    ? `constraints not compared: ${constraints.join(", ")}`
    : "";
  return { compatible: true, kind: "subtype", ...(detail && { detail }) };
}

function compare(pair: Pair, context: CompatContext): Verdict {
  const { output, input, path } = pair;
  if (saysNothing(output) || saysNothing(input)) return UNKNOWN;
  if (output === false) return FITS; // no value ever comes out
  if (input === false || !isRecord(input)) return mismatch(path, "nothing is accepted");
  if (!isRecord(output)) return UNKNOWN;
  if (context.depth >= MAX_DEPTH || context.left-- <= 0) return UNKNOWN;
  const inputs = context.active.get(output) ?? new Set();
  if (inputs.has(input)) return FITS; // a recursive schema has come round
  context.active.set(output, inputs.add(input));
  context.depth++;
  const verdict = compareSchemas({ output, input, path }, context);
  context.depth--;
  inputs.delete(input);
  return verdict;
}

interface Schemas extends Pair {
  readonly output: Schema;
  readonly input: Schema;
}

function compareSchemas(pair: Schemas, context: CompatContext): Verdict {
  const { output, input, path } = pair;
  if ("$ref" in output || "$ref" in input) {
    return context.compare({
      output: dereference(output, context.outputRoot),
      input: dereference(input, context.inputRoot),
      path,
    });
  }
  const outputs = alternatives(output);
  if (outputs) {
    return every(outputs.map((one) => context.compare({ ...pair, output: one })));
  }
  const inputs = alternatives(input);
  if (inputs) return compareWithAny(pair, inputs, context);
  return compareSingle(pair, context);
}

function dereference(schema: Schema, root: SchemaRoot): unknown {
  return "$ref" in schema ? resolveReference(schema.$ref, root) : schema;
}

function compareWithAny(pair: Schemas, inputs: unknown[], context: CompatContext): Verdict {
  let unknown = false, first: Verdict | undefined;
  for (const input of inputs) {
    const verdict = context.compare({ ...pair, input });
    if (verdict.kind === "fits") return FITS;
    if (verdict.kind === "unknown") unknown = true;
    first ??= verdict;
  }
  if (unknown) return UNKNOWN;
  if (inputs.length === 1 && first) return first;
  return mismatch(pair.path, `${describe(pair.output)} is not ${inputs.map(describe).join(" | ")}`);
}

function describe(schema: unknown): string {
  if (!isRecord(schema)) return String(schema);
  if ("const" in schema) return canonicalJson(schema.const);
  return schemaType(schema) ?? "unknown";
}

function compareSingle({ output, input, path }: Schemas, context: CompatContext): Verdict {
  const from = mergeAllOf(output, context.outputRoot), to = mergeAllOf(input, context.inputRoot);
  if (from === undefined || to === undefined) return UNKNOWN;
  // A single part of an allOf may be anything: look at it again from the start.
  if (from !== output || to !== input) return context.compare({ output: from, input: to, path });
  const differs = mismatch(path, `${describe(from)} is not ${describe(to)}`);
  if ("const" in to) return literalOf(from) === literalOf(to) ? FITS : differs;
  if ("const" in from) return compareLiteral(from.const, to) ?? differs;
  return compareTypes({ output: from, input: to, path }, context) ?? differs;
}

/** Text of the only value a schema accepts, if there is one. */
function literalOf(schema: Schema): string | undefined {
  if ("const" in schema) return canonicalJson(schema.const);
  return schema.type === "null" ? "null" : undefined;
}

function compareLiteral(value: unknown, input: Schema): Verdict | undefined {
  const type = schemaType(input);
  if (type === undefined) return UNKNOWN;
  if (type === "integer") return Number.isInteger(value) ? FITS : undefined;
  if (type === "null") return value === null ? FITS : undefined;
  if (typeof value === "object" && value !== null) {
    return (Array.isArray(value) ? "array" : "object") === type ? UNKNOWN : undefined;
  }
  const own: string = typeof value;
  return own === type ? FITS : undefined;
}

function compareTypes(pair: Schemas, context: CompatContext): Verdict | undefined {
  const { output, input, path } = pair;
  const from = schemaType(output), to = schemaType(input);
  if (from === undefined || to === undefined) return UNKNOWN;
  if (from !== to && !(from === "integer" && to === "number")) return undefined;
  noteConstraints(pair, context);
  if (to === "object") return compareObjects({ output, input, path }, context);
  return to === "array" ? compareArrays(pair, context) : FITS;
}

function noteConstraints({ output, input, path }: Schemas, { constraints }: CompatContext): void {
  for (const keyword of CONSTRAINTS) {
    if (!(keyword in input) || output[keyword] === input[keyword]) continue;
    constraints.push(`${path === "" ? "/" : path} ${keyword}`);
  }
}
