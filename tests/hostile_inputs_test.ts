/**
 * Whatever callers send that a schema takes is done or refused in words: nothing of it is "internal".
 *
 * The operations are those of the registry that a hub runs with, so that one that is added is here
 * by itself.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { CallError, OperationType, registryName } from "@alkdev/operations";
import fc from "fast-check";
import { testNode } from "../src/auth/_testing.ts";
import { encodeCursor } from "../src/storage/cursor.ts";
import { testOperations } from "./harness/operations.ts";

/** Inputs that are tried of each operation: of more than forty, so that it takes some seconds. */
const INPUTS = 12;
const SEED = 42;

/** What databases, numbers, dates and patterns do not take, or take for something else. */
const TEXTS: readonly string[] = [
  ...["\u0000", "a\u0000b", "\ud800", "%_\\", "';--", "\u202e", "é", " ", "1e999", "__proto__"],
  ...[[8.65e15, "a"], [-8.65e15, "a"], [0, "\u0000"], [1], ["\u0000"], ["a"], ["a", "b"]]
    .map(encodeCursor),
];
const MOMENTS = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-02-31T25:00:00Z"];
const NUMBERS = [0, 1, -1, 2 ** 31, 2 ** 53 - 1, 8.64e15 + 1];

/** Any at all; the library's own way to say so looks at a million of them first. */
const CHARACTER = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

type Schema = Readonly<Record<string, unknown>>;
type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema of a part; what is none takes anything. */
function partOf(value: unknown): Schema {
  return isMembers(value) ? value : {};
}

/** Values that a schema takes, most of them hostile. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { const: only, enum: some, anyOf, oneOf, type } = schema;
  const choices = anyOf ?? oneOf;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(some)) return fc.constantFrom(...some);
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one) => valuesOf(partOf(one))));
  switch (type) {
    case "string":
      return textsOf(schema);
    case "integer":
    case "number":
      return numbersOf(schema);
    case "array":
      return fc.array(valuesOf(partOf(schema.items)), { maxLength: 2 });
    case "object":
      return objectsOf(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.constantFrom<unknown>(...TEXTS, ...NUMBERS, null, [[]], { "\u0000": "\u0000" });
  }
}

function textsOf({ pattern, minLength = 0, maxLength = 300 }: Schema): fc.Arbitrary<string> {
  const isTaken = (text: string) =>
    text.length >= Number(minLength) && text.length <= Number(maxLength) &&
    (typeof pattern !== "string" || new RegExp(pattern, "u").test(text));
  const known = [...TEXTS, ...MOMENTS, "x".repeat(Math.min(Number(maxLength), 300))].filter(
    isTaken,
  );
  const made = typeof pattern !== "string"
    ? fc.string({ unit: CHARACTER, maxLength: 20 }).filter(isTaken)
    : fc.stringMatching(new RegExp(pattern, "u")).filter(isTaken);
  return known.length === 0
    ? made
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, made);
}

function numbersOf({ minimum = -Infinity, maximum = Infinity }: Schema): fc.Arbitrary<number> {
  const known = [...NUMBERS, Number(minimum), Number(maximum)].filter((it) =>
    Number.isFinite(it) && it >= Number(minimum) && it <= Number(maximum)
  );
  return fc.constantFrom(...known);
}

function objectsOf({ properties, patternProperties, required }: Schema): fc.Arbitrary<unknown> {
  const named = Object.entries(partOf(properties));
  const needed = Array.isArray(required) ? required : [];
  const members = Object.fromEntries(named.map(([name, part]) => [name, valuesOf(partOf(part))]));
  const fixed = fc.record(members, { requiredKeys: needed.filter((name) => name in members) });
  const [pattern] = Object.entries(partOf(patternProperties));
  if (pattern === undefined) return fixed;
  const more = fc.dictionary(textsOf({ pattern: pattern[0] }), valuesOf(partOf(pattern[1])), {
    maxKeys: 2,
  });
  return fc.tuple(fixed, more).map(([one, other]) => ({ ...one, ...other }));
}

Deno.test("whatever is sent to an operation of the hub is done, or refused with a code of its own", async (t) => {
  await using node = await testNode();
  await using started = await testOperations(node);
  const { registry, dispatcher } = started;
  const specs = registry.getAllSpecs();
  const scopes = specs.flatMap(({ accessControl }) => accessControl.requiredScopes);
  const identity = { id: "alk_tester", scopes: [...new Set([...scopes, "admin"])] };
  let tried = 0, past = 0;
  for (const spec of specs) {
    if (spec.type === OperationType.SUBSCRIPTION) continue;
    const name = registryName(spec) ?? "";
    await t.step(name, async () => {
      const inputs = fc.sample(valuesOf(spec.inputSchema), { numRuns: INPUTS, seed: SEED });
      tried += inputs.length;
      for (const input of inputs) {
        try {
          await dispatcher.call({ operation: `/${name}`, input, identity });
          past += 1;
        } catch (error) {
          ok(error instanceof CallError);
          ok(error.code !== "EXECUTION_ERROR", `${Deno.inspect(input)}: ${Deno.inspect(error)}`);
          if (error.code !== "VALIDATION_ERROR") past += 1;
        }
      }
    });
  }
  ok(past > tried / 3, `some of it gets as far as the handler: ${past} of ${tried}`);
});
