/**
 * A node's operations, called as somebody, for tests.
 *
 * @module
 */
import {
  createDispatcher,
  type Dispatcher,
  type Identity,
  OperationRegistry,
  registryView,
} from "@alkdev/operations";
import { type TestNode, testNode, type TestNodeOptions } from "../../auth/_testing.ts";
import { SCOPES } from "../../auth/scopes.ts";
import { registerIdentityOperations } from "./register.ts";

/** A node, and a way to call its operations. */
export interface TestOperations extends AsyncDisposable {
  readonly node: TestNode;
  readonly dispatcher: Dispatcher;
  /** Calls `hub/NAME` as the operator, or as whoever is given. */
  call(name: string, input: object, identity?: Identity | null): Promise<Answer>;
}

/** What an operation answered; tests read what they look for. */
// deno-lint-ignore no-explicit-any -- the schema of each output is checked by the dispatcher
export type Answer = any;

/** Who may do everything. */
export const ROOT_IDENTITY: Identity = { id: "operator", scopes: [...SCOPES] };

/** Starts a node with the operations on identities. */
export async function testOperations(options: TestNodeOptions = {}): Promise<TestOperations> {
  const node = await testNode(options);
  const registry = new OperationRegistry();
  const view = () => registryView(registry);
  const { stores, hasher, sessions } = node;
  registerIdentityOperations(registry, { stores, hasher, sessions, view });
  const dispatcher = createDispatcher({ view: view() });
  return {
    node,
    dispatcher,
    call: (name, input, identity = ROOT_IDENTITY) =>
      dispatcher.call({ operation: `/hub/${name}`, input, identity }),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}
