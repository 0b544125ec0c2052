/**
 * Specifications as they travel: this program's own on their way out, a peer's on their way in.
 *
 * @module
 */
import type { TSchema } from "@sinclair/typebox";
import type { Grants, Visibility } from "../grants.ts";
import { isReservedCode } from "../call_codes.ts";
import { parseOperationName } from "../names.ts";
import type { Registration } from "../registration.ts";
import {
  type AccessControl,
  type ErrorDefinition,
  type OperationSpec,
  OperationType,
} from "../types.ts";
import { foreignSchema, type SchemaBudget } from "./foreign_schema.ts";
import { exceedsUtf8, isJsonObject, type JsonObject, own, truncateUtf8 } from "./json.ts";

/** A specification on the wire. */
export interface WireSpec {
  readonly name: string;
  readonly namespace: string;
  readonly op_type: "query" | "mutation" | "subscription";
  readonly visibility: Visibility;
  readonly input_schema: unknown;
  readonly output_schema: unknown;
  readonly error_schemas: readonly {
    readonly code: string;
    readonly description: string;
    readonly schema: unknown;
    readonly http_status: number | null;
  }[];
  readonly access_control: {
    readonly required_scopes: readonly string[];
    readonly required_scopes_any: readonly string[] | null;
    readonly resource_type: string | null;
    readonly resource_action: string | null;
  };
  readonly resource_id_path?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

/** What a peer's specification became. */
export interface ImportedSpec {
  /** Registry name, as the peer has it. */
  readonly name: string;
  readonly spec: OperationSpec;
  /** Internal, a leaf, and where the resource's id stands. */
  readonly grants: Grants;
}

/** Bounds of one specification. */
export interface SpecLimits {
  /** Of each schema. Default 64 KiB. */
  readonly schemaBytes?: number;
  /** Objects and lists of its schemas together, as its references unfold. Default 50,000. */
  readonly schemaNodes?: number;
  /** Default 512. */
  readonly descriptionChars?: number;
}

/** What a peer says wrongly about access means no access, whichever rules it is judged by. */
const NOBODY: AccessControl = { requiredScopes: ["(nobody)"], requiredScopesAny: [] };
const DEFAULT_SCHEMA_NODES = 50_000;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
// Control characters, and the marks that turn the direction of text.
// deno-lint-ignore no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** The specification of `registration` under `name`, as discovery tells it. */
export function toWireSpec(registration: Registration, name: string): WireSpec {
  const { spec, grants } = registration;
  const { accessControl: access } = spec;
  return {
    name,
    namespace: spec.namespace,
    op_type: spec.type,
    visibility: grants.visibility ?? "internal",
    input_schema: spec.inputSchema,
    output_schema: spec.outputSchema,
    error_schemas: (spec.errorSchemas ?? []).map(({ code, description, schema, httpStatus }) => ({
      code,
      description,
      schema,
      http_status: httpStatus ?? null,
    })),
    access_control: {
      required_scopes: access.requiredScopes,
      required_scopes_any: access.requiredScopesAny ?? null,
      resource_type: access.resourceType ?? null,
      resource_action: access.resourceAction ?? null,
    },
    ...(grants.resourceIdPath === undefined ? {} : { resource_id_path: grants.resourceIdPath }),
    description: spec.description,
    ...(spec.tags === undefined ? {} : { tags: spec.tags }),
  };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function accessOf(value: unknown): AccessControl {
  if (!isJsonObject(value)) return NOBODY;
  const scopes = own(value, "required_scopes");
  const any = own(value, "required_scopes_any") ?? undefined;
  const type = own(value, "resource_type") ?? undefined;
  const action = own(value, "resource_action") ?? undefined;
  const isText = (part: unknown): part is string | undefined =>
    part === undefined || typeof part === "string";
  if (!isStrings(scopes) || !(any === undefined || isStrings(any))) return NOBODY;
  if (!isText(type) || !isText(action)) return NOBODY;
  return {
    requiredScopes: scopes,
    ...(any === undefined ? {} : { requiredScopesAny: any }),
    ...(type === undefined ? {} : { resourceType: type }),
    ...(action === undefined ? {} : { resourceAction: action }),
  };
}

/** A peer's words on its errors; reserved codes are put under another name. */
function errorsOf(value: unknown): ErrorDefinition[] {
  return (Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
    const code = isJsonObject(entry) ? own(entry, "code") : undefined;
    if (!isJsonObject(entry) || typeof code !== "string" || !CODE.test(code)) return [];
    const status = own(entry, "http_status");
    // HTTP_<n> is what an import of the peer's own answers with; it keeps its meaning.
    const isOwn = !isReservedCode(code) || /^HTTP_[0-9]{3}$/.test(code);
    return [{
      code: isOwn ? code : `OP_${code}`.slice(0, 64),
      description: plainText(own(entry, "description"), 512),
      schema: own(entry, "schema") ?? {},
      ...(typeof status === "number" ? { httpStatus: status } : {}),
    }];
  });
}

/** Text of others in one line, without what is not seen, and of so many bytes at the most. */
export function plainText(value: unknown, maxChars: number): string {
  return typeof value === "string" ? truncateUtf8(value.replace(UNSEEN, " "), maxChars) : "";
}

function typeOf(value: unknown): OperationType {
  const found = Object.values(OperationType).find((type) => type === value);
  if (found === undefined) throw new Error("Cannot import operation: op_type is unknown");
  return found;
}

function schemaOf(
  value: JsonObject,
  key: string,
  { maxBytes, budget }: { maxBytes: number; budget: SchemaBudget },
) {
  const schema = own(value, key);
  if (exceedsUtf8(JSON.stringify(schema) ?? "", maxBytes)) {
    throw new Error(`Cannot import operation: ${key} is larger than ${maxBytes} bytes`);
  }
  return foreignSchema(schema, budget);
}

/**
 * Reads a peer's specification. Whatever it says, the operation becomes internal and a leaf; a
 * malformed access control means that nobody may call it.
 *
 * @throws {Error} if it has no sound name and type, or a schema that cannot be taken.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { fromWireSpec } from "@alkdev/operations";
 *
 * const { spec, grants } = fromWireSpec({
 *   name: "fs/read", op_type: "query", visibility: "external",
 *   input_schema: { type: "string" }, output_schema: {},
 *   access_control: { required_scopes: ["fs"] },
 * });
 * strictEqual(spec.accessControl.requiredScopes[0], "fs");
 * strictEqual(grants.visibility, "internal");
 * ```
 */
export function fromWireSpec(value: unknown, limits: SpecLimits = {}): ImportedSpec {
  return readWireSpec(value, limits, { nodes: limits.schemaNodes ?? DEFAULT_SCHEMA_NODES });
}

/** As {@linkcode fromWireSpec}, at the expense of a budget that other specifications share. */
export function readWireSpec(
  value: unknown,
  { schemaBytes: maxBytes = 64 * 1024, descriptionChars = 512 }: SpecLimits,
  budget: SchemaBudget,
): ImportedSpec {
  const wire = isJsonObject(value) ? value : {};
  const { name, spec, grants } = readWithoutSchemas(wire, descriptionChars);
  return {
    name,
    spec: {
      ...spec,
      inputSchema: schemaOf(wire, "input_schema", { maxBytes, budget }),
      outputSchema: schemaOf(wire, "output_schema", { maxBytes, budget }),
    },
    grants,
  };
}

/** Where the schemas of a specification come from, whenever they are asked for. */
export interface SchemaSource {
  input(): TSchema;
  output(): TSchema;
}

/**
 * Reads a specification that {@linkcode fromWireSpec} has taken before, without its schemas: those are
 * what takes time and memory, and most are never asked for.
 *
 * @throws {Error} if it has no sound name and type.
 */
export function fromTakenSpec(value: unknown, schemas: SchemaSource): ImportedSpec {
  const { name, spec, grants } = readWithoutSchemas(isJsonObject(value) ? value : {}, 512);
  return {
    name,
    spec: {
      ...spec,
      get inputSchema() {
        return schemas.input();
      },
      get outputSchema() {
        return schemas.output();
      },
    },
    grants,
  };
}

type WithoutSchemas = Omit<OperationSpec, "inputSchema" | "outputSchema">;

function readWithoutSchemas(
  wire: JsonObject,
  descriptionChars: number,
): Omit<ImportedSpec, "spec"> & { readonly spec: WithoutSchemas } {
  const named = own(wire, "name");
  const name = typeof named === "string" ? parseOperationName(named) : undefined;
  if (name === undefined || !name.includes("/")) {
    throw new Error("Cannot import operation: its name breaks the grammar");
  }
  const slash = name.indexOf("/");
  const path = own(wire, "resource_id_path");
  const spec: WithoutSchemas = {
    name: name.slice(slash + 1),
    namespace: name.slice(0, slash),
    version: "1.0.0",
    type: typeOf(own(wire, "op_type")),
    description: plainText(own(wire, "description"), descriptionChars),
    errorSchemas: errorsOf(own(wire, "error_schemas")),
    accessControl: accessOf(own(wire, "access_control")),
  };
  return {
    name,
    spec,
    grants: {
      visibility: "internal",
      provenance: "FromCall",
      ...(typeof path === "string" ? { resourceIdPath: path } : {}),
    },
  };
}
