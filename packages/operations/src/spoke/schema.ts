/**
 * Schemas of whichever library: as JSON Schema for the hub, and as types for the handler.
 *
 * @module
 */
import { KindGuard, type Static, type TSchema } from "@sinclair/typebox";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { valibotAdapter, zodAdapter } from "../from_typemap.ts";
import { FromSchema } from "../from_schema.ts";

/** What libraries agreed on (standardschema.dev): Zod 3.24 and later, Valibot, ArkType. */
export interface StandardSchema<In = unknown, Out = In> {
  /** The agreement. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Out> | Promise<StandardResult<Out>>;
    readonly types?: { readonly input: In; readonly output: Out } | undefined;
  };
}

/** What a validation says. */
export type StandardResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** A schema of TypeBox, of a library that keeps to Standard Schema, or JSON Schema itself. */
export type AnySchema = TSchema | StandardSchema | { readonly [keyword: string]: unknown };

/** What a value is once a schema has taken it. */
export type Parsed<Schema> = Schema extends TSchema ? Static<Schema>
  : Schema extends StandardSchema<infer _In, infer Out> ? Out
  : unknown;

/** What a value is before. */
export type Unparsed<Schema> = Schema extends TSchema ? Static<Schema>
  : Schema extends StandardSchema<infer In, infer _Out> ? In
  : unknown;

/** A schema, read. */
export interface ReadSchema {
  /** What the hub is told, and values are checked by first. */
  readonly typebox: TSchema;
  /** Checks what JSON Schema cannot say, and transforms; absent where there is nothing more to say. */
  readonly parse?: (value: unknown) => Promise<unknown>;
}

type Direction = "input" | "output";

/**
 * Reads a schema.
 *
 * @throws {TypeError} if it is none.
 * @throws {Error} if its library cannot be loaded, or it cannot be said in JSON Schema.
 */
export async function readSchema(schema: unknown, direction: Direction): Promise<ReadSchema> {
  if (KindGuard.IsSchema(schema)) return { typebox: schema };
  if (isStandard(schema)) {
    return {
      typebox: await typeboxOf(schema, direction),
      parse: (value) => parseBy(schema, value),
    };
  }
  if (typeof schema === "object" && schema !== null) return { typebox: FromSchema(schema) };
  throw new TypeError(`Cannot read schema: expected a schema, got ${typeof schema}`);
}

function isStandard(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return typeof standard === "object" && standard !== null && "validate" in standard;
}

async function typeboxOf(schema: StandardSchema, direction: Direction): Promise<TSchema> {
  const { vendor } = schema["~standard"];
  const told = await jsonSchemaOf(schema, direction);
  if (told !== undefined) return FromSchema(told);
  const adapter = vendor === "valibot" ? valibotAdapter() : zodAdapter();
  await adapter.init();
  return adapter.toTypeBox(schema);
}

/** What a schema says of itself; `undefined` for those that cannot. */
async function jsonSchemaOf(schema: StandardSchema, direction: Direction): Promise<unknown> {
  const telling: unknown = Reflect.get(schema["~standard"], "jsonSchema");
  if (typeof telling === "object" && telling !== null) {
    const tell: unknown = Reflect.get(telling, direction);
    if (typeof tell === "function") return tell({ target: "draft-2020-12" });
  }
  // Schemas of Zod 4 that are too early for that; the other converter would make nonsense of them.
  if (!("_zod" in schema)) return undefined;
  const { toJSONSchema } = await import("zod/v4");
  // The mark says what it is, and its library takes no less.
  return toJSONSchema(schema as never, { io: direction });
}

async function parseBy(schema: StandardSchema, value: unknown): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new CallError(
    InfrastructureErrorCode.VALIDATION_ERROR,
    `invalid input: ${result.issues.map(({ message }) => message).join("; ")}`,
  );
}
