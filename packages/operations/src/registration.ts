/**
 * One operation as it can be run: specification, handler and grants.
 *
 * @module
 */
import { checkLeaf, type Grants } from "./grants.ts";
import type {
  AccessControl,
  OperationHandler,
  OperationSpec,
  SubscriptionHandler,
} from "./types.ts";

/** A handler of either kind. */
export type AnyHandler = OperationHandler | SubscriptionHandler;

/** An operation that a view leads to. */
export interface Registration {
  /** Library id, `<namespace>.<name>`. */
  readonly id: string;
  readonly spec: OperationSpec;
  readonly handler: AnyHandler | undefined;
  readonly grants: Grants;
  /** All of them have to admit the caller: the operation's own, and what an export rule adds. */
  readonly access: readonly AccessControl[];
}

/** Library id of a specification. */
export function operationId(
  spec: { readonly namespace: string; readonly name: string },
): string {
  return `${spec.namespace}.${spec.name}`;
}

const ASYNC_GENERATOR_FUNCTION = "[object AsyncGeneratorFunction]";

/**
 * Checks that a subscription's handler is an async generator function.
 *
 * @throws {Error} if it is anything else.
 */
export function checkHandlerKind(spec: OperationSpec, handler: unknown): void {
  if (spec.type !== "subscription") return;
  const tag = Object.prototype.toString.call(handler);
  if (tag !== ASYNC_GENERATOR_FUNCTION) {
    throw new Error(
      `Cannot register ${operationId(spec)}: the handler of a subscription must be an async ` +
        `generator function, this is ${tag}`,
    );
  }
}

/**
 * Puts an operation together outside a registry, such as one that forwards to another node.
 *
 * @throws {TypeError} if it only forwards and is granted to compose.
 * @throws {Error} if the handler is of the wrong kind.
 */
export function createRegistration(
  spec: OperationSpec,
  handler: AnyHandler,
  options: { readonly grants?: Grants; readonly access?: readonly AccessControl[] } = {},
): Registration {
  checkHandlerKind(spec, handler);
  checkLeaf(spec, options.grants ?? {});
  return {
    id: operationId(spec),
    spec,
    handler,
    grants: options.grants ?? {},
    access: options.access ?? [spec.accessControl],
  };
}
