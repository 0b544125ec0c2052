/**
 * Does one object schema fit another?
 *
 * @module
 */
import { type CompatContext, every, mismatch, type Pair, type Verdict } from "./compat_context.ts";
import { isRecord, propertiesOf, propertyOf, requiredOf, type Schema } from "./json_schema.ts";

/** What a schema says of properties it does not declare. */
function rest(schema: Schema): unknown {
  if (isRecord(schema.patternProperties)) {
    const [first] = Object.values(schema.patternProperties);
    if (first !== undefined) return first;
  }
  return schema.additionalProperties;
}

/** True where undeclared properties have a schema of their own, as in a record. */
function isRecordLike(schema: Schema): boolean {
  return isRecord(rest(schema)) && Object.keys(Object(rest(schema))).length > 0 ||
    isRecord(schema.patternProperties);
}

function pathOf(path: string, name: string): string {
  return `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

interface Objects {
  readonly output: Schema;
  readonly input: Schema;
  readonly path: string;
}

function* requiredProperties({ output, input, path }: Objects): Generator<Pair | Verdict> {
  const offered = propertiesOf(output), wanted = propertiesOf(input);
  const always = new Set(requiredOf(output));
  for (const name of new Set(requiredOf(input))) {
    const at = pathOf(path, name);
    if (!always.has(name)) {
      const reason = Object.hasOwn(offered, name) ? "is optional in the output" : "is missing";
      yield mismatch(at, reason);
    }
    yield { output: propertyOf(offered, name), input: propertyOf(wanted, name), path: at };
  }
}

function* optionalProperties({ output, input, path }: Objects): Generator<Pair | Verdict> {
  const offered = propertiesOf(output), required = new Set(requiredOf(input));
  for (const [name, schema] of Object.entries(propertiesOf(input))) {
    if (required.has(name)) continue;
    const at = pathOf(path, name);
    if (Object.hasOwn(offered, name)) yield { output: offered[name], input: schema, path: at };
    else if (isRecordLike(output)) yield { output: rest(output), input: schema, path: at };
  }
}

function* extraProperties({ output, input, path }: Objects): Generator<Pair | Verdict> {
  const declared = propertiesOf(input), accepts = rest(input);
  const judge = (schema: unknown, at: string): Pair | Verdict | undefined => {
    if (accepts === false) return mismatch(at, "is not accepted");
    return isRecordLike(input) ? { output: schema, input: accepts, path: at } : undefined;
  };
  for (const [name, schema] of Object.entries(propertiesOf(output))) {
    if (Object.hasOwn(declared, name)) continue;
    const found = judge(schema, pathOf(path, name));
    if (found) yield found;
  }
  if (isRecordLike(output)) {
    const found = judge(rest(output), `${path}/*`);
    if (found) yield found;
  }
}

/** Compares two object schemas. */
export function compareObjects(objects: Objects, context: CompatContext): Verdict {
  const findings = [requiredProperties, optionalProperties, extraProperties];
  return every(function* () {
    for (const find of findings) {
      for (const item of find(objects)) yield "kind" in item ? item : context.compare(item);
    }
  }());
}
