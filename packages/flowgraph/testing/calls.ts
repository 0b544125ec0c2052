/**
 * Calls that a test answers when it wants to.
 *
 * @module
 */
import type { Invoke, InvokeContext } from "../src/reactive/calls.ts";

/** A call that waits for the test. */
export interface OpenCall {
  readonly operation: string;
  readonly input: unknown;
  readonly context: InvokeContext;
  succeed(output?: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** Collects the calls of a workflow. */
export class TestCalls {
  readonly calls: OpenCall[] = [];

  readonly invoke: Invoke = (operation, input, context) =>
    new Promise((resolve, reject) => {
      this.calls.push({
        operation,
        input,
        context,
        succeed: (output) => (resolve(output), turn()),
        fail: (error) => (reject(error), turn()),
      });
    });

  /** The last call of a node. */
  of(nodeId: string): OpenCall {
    const call = this.calls.findLast(({ context }) => context.nodeId === nodeId);
    if (call === undefined) throw new Error(`${nodeId} was not called`);
    return call;
  }

  /** Ids of the nodes that were called, in order. */
  get nodes(): string[] {
    return this.calls.map(({ context }) => context.nodeId);
  }
}

/** Lets everything happen that promises have in store. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
