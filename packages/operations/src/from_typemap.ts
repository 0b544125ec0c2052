/**
 * Schemas of other libraries as TypeBox.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { KindGuard, type TSchema } from "@sinclair/typebox";

/** Turns what a specification holds into a TypeBox schema. */
export interface SchemaAdapter {
  /** @throws {Error} if `schema` is of a kind that this adapter does not take. */
  toTypeBox(schema: unknown): TSchema;
  /** Loads what conversion needs; the caller awaits it before registering. */
  init?(): Promise<void>;
}

interface Vendor {
  readonly name: "zod" | "valibot";
  readonly label: "Zod" | "Valibot";
  load(): Promise<(schema: unknown) => unknown>;
}

const log = getLogger("operations:typemap");

// The converters are generic over their vendor's types; what comes in here was told apart at run time.
type Convert = (schema: never) => unknown;

const ZOD: Vendor = {
  name: "zod",
  label: "Zod",
  load: async () => {
    const convert: Convert = (await import("@sinclair/typemap")).TypeBoxFromZod;
    return (schema) => convert(schema as never);
  },
};

const VALIBOT: Vendor = {
  name: "valibot",
  label: "Valibot",
  load: async () => {
    const convert: Convert = (await import("@sinclair/typemap")).TypeBoxFromValibot;
    return (schema) => convert(schema as never);
  },
};

function vendorOf(schema: unknown): unknown {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) {
    return undefined;
  }
  const standard: unknown = Reflect.get(schema, "~standard");
  return typeof standard === "object" && standard !== null
    ? Reflect.get(standard, "vendor")
    : undefined;
}

function typeBoxOnly(schema: unknown, complaint: (schema: unknown) => string): TSchema {
  if (KindGuard.IsSchema(schema)) return schema;
  throw new Error(complaint(schema));
}

/** Takes TypeBox schemas and nothing else. */
export const defaultAdapter: SchemaAdapter = {
  toTypeBox: (schema) =>
    typeBoxOnly(schema, (got) => `Cannot use schema: expected a TypeBox schema, got ${typeof got}`),
};

async function loadConverter(vendor: Vendor): Promise<(schema: unknown) => unknown> {
  try {
    return await vendor.load();
  } catch (cause) {
    log.error("converter cannot be loaded", { vendor: vendor.name, cause });
    throw new Error(
      `Cannot initialise the ${vendor.label} adapter: install the peers @sinclair/typemap and ` +
        vendor.name,
      { cause },
    );
  }
}

function refuseForeign(vendor: Vendor, schema: unknown): void {
  const found = vendorOf(schema);
  // The converter makes a schema of them that nothing fits, or fails in words of its own.
  if (found === "zod" && Object.hasOwn(Object(schema), "_zod")) {
    throw new Error(
      'Cannot convert schema: it is one of Zod 4, and Zod 3 is needed (or FromSchema, with what "z.toJSONSchema" gives)',
    );
  }
  if (found === vendor.name) return;
  if (found === "zod" || found === "valibot") {
    throw new Error(
      `Cannot convert schema: it uses a different schema library (${found}) than ${vendor.name}`,
    );
  }
  throw new Error(`Cannot convert schema: not a ${vendor.label} or TypeBox schema`);
}

function adapterFor(vendor: Vendor): SchemaAdapter & { init(): Promise<void> } {
  let convert: ((schema: unknown) => unknown) | undefined;
  return {
    async init() {
      convert ??= await loadConverter(vendor);
    },
    toTypeBox(schema) {
      if (KindGuard.IsSchema(schema)) return schema;
      if (convert === undefined) {
        throw new Error(
          `Cannot convert schema: the ${vendor.label} adapter is not initialized, await init()`,
        );
      }
      refuseForeign(vendor, schema);
      return typeBoxOnly(
        convert(schema),
        () => `Cannot convert schema: ${vendor.label} gave no TypeBox schema`,
      );
    },
  };
}

/** Takes Zod schemas (after `init()`) and TypeBox ones. */
export function zodAdapter(): SchemaAdapter & { init(): Promise<void> } {
  return adapterFor(ZOD);
}

/** Takes Valibot schemas (after `init()`) and TypeBox ones. */
export function valibotAdapter(): SchemaAdapter & { init(): Promise<void> } {
  return adapterFor(VALIBOT);
}
