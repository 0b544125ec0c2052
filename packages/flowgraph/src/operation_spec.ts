/**
 * The shape of a registered operation, as far as this package looks at it.
 *
 * @module
 */
import type { OperationNodeAttrs, OperationType } from "./schema/operation.ts";

/** What an operation says of itself; the specs of `@alkdev/operations` have this shape. */
export interface OperationSpec {
  readonly name: string;
  readonly namespace: string;
  /** What kind it is; in other languages the field is called `opType`. */
  readonly type?: string;
  /** Read where `type` is absent. */
  readonly opType?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly version?: string;
  readonly accessControl?: unknown;
}

/** `<namespace>.<name>`, or the name alone where it starts with its namespace already. */
export function operationKey({ name, namespace }: OperationSpec): string {
  const isFull = name.startsWith(`${namespace}.`) || name.startsWith(`${namespace}/`);
  return isFull ? name : `${namespace}.${name}`;
}

/** The spelling under which `a.b`, `a/b` and `/a/b` are the same operation. */
export function canonicalOperationId(id: string): string {
  return (id.startsWith("/") ? id.slice(1) : id).replaceAll("/", ".");
}

const TYPES: readonly OperationType[] = ["query", "mutation", "subscription"];

/**
 * What kind of operation it is.
 *
 * @throws {TypeError} if it is none of the three.
 */
export function operationType(spec: OperationSpec): OperationType {
  const told = spec.type ?? spec.opType ?? "query";
  const type = TYPES.find((one) => one === told.toLowerCase());
  if (type !== undefined) return type;
  throw new TypeError(`Cannot add operation ${operationKey(spec)}: type is ${told}`);
}

/** What the graph keeps of a spec. */
export function operationAttributes(spec: OperationSpec): OperationNodeAttrs {
  const { name, namespace, inputSchema, outputSchema, version, accessControl } = spec;
  return {
    name,
    namespace,
    type: operationType(spec),
    inputSchema,
    outputSchema,
    ...(version !== undefined && { version }),
    ...(accessControl !== undefined && { accessControl }),
  };
}
