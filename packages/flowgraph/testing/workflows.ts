/** Workflows to be tested. */
import type { UElement } from "../src/component/index.ts";
import type { Invoke } from "../src/reactive/calls.ts";
import type { WorkflowOptions } from "../src/reactive/workflow_options.ts";
import { WorkflowReactiveRoot } from "../src/reactive/workflow_reactive_root.ts";
import { TestCalls } from "./calls.ts";
import { TestClock } from "./clock.ts";

/** Answers with its input. */
export const echo: Invoke = (_operation, input) => Promise.resolve(input);

/** A workflow whose calls and clock are a test's. */
export function setUp(template: UElement, options: Partial<WorkflowOptions> = {}) {
  const calls = new TestCalls(), clock = new TestClock();
  const root = new WorkflowReactiveRoot(template, {
    id: "w",
    invoke: calls.invoke,
    clock,
    ...options,
  });
  return { root, calls, clock };
}

/** How its nodes stand, by id. */
export function statuses(root: WorkflowReactiveRoot): Record<string, string> {
  return Object.fromEntries([...root.nodes].map(([id, { status }]) => [id, status.value]));
}
