/**
 * Schemas as compiled checks. A schema is compiled once, on first use, and never walked per call.
 *
 * @module
 */
import type { TSchema } from "@sinclair/typebox";
import { TypeCompiler, TypeCompilerTypeGuardError } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";

/** Where a value differs from its schema, and how. */
export interface Mismatch {
  path: string;
  message: string;
}

/** A schema, ready to be asked. */
export interface Validator {
  check(value: unknown): boolean;
  mismatches(value: unknown): Mismatch[];
}

const MAX_MISMATCHES = 100;
const compiled = new WeakMap<TSchema, Validator>();

function collect(errors: Iterable<Mismatch>): Mismatch[] {
  const found: Mismatch[] = [];
  for (const { path, message } of errors) {
    if (found.push({ path, message }) === MAX_MISMATCHES) break;
  }
  return found;
}

function compile(schema: TSchema): Validator {
  try {
    const type = TypeCompiler.Compile(schema);
    return {
      check: (value) => type.Check(value),
      mismatches: (value) => collect(type.Errors(value)),
    };
  } catch (error) {
    // Where code may not be generated, or a keyword has a type that the compiler refuses, the slow way still works.
    if (!(error instanceof EvalError || error instanceof TypeCompilerTypeGuardError)) throw error;
    return {
      check: (value) => Value.Check(schema, value),
      mismatches: (value) => collect(Value.Errors(schema, value)),
    };
  }
}

/**
 * The compiled form of `schema`; the same object for the same schema.
 *
 * @throws TypeBox's own error if the schema holds a reference that leads nowhere.
 */
export function validatorOf(schema: TSchema): Validator {
  let validator = compiled.get(schema);
  if (validator === undefined) {
    validator = compile(schema);
    compiled.set(schema, validator);
  }
  return validator;
}
