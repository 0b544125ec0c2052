import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { isElement, type UElement, type UNode } from "../component/element.ts";
import { Operation, Parallel } from "../component/index.ts";
import { TestHost } from "../../testing/host.ts";
import { answersOf, build, sketches } from "../../testing/templates.ts";
import { nodeStates } from "./node_layers.ts";
import type { WorkflowCommand } from "./state.ts";
import { pendingCommands, stepWorkflow } from "./workflow.ts";

/** Gives every third operation a time-out and every second `Parallel` the wish to end with one. */
function harden(node: UNode, counter: { next: number } = { next: 0 }): UNode {
  if (!isElement(node)) return node;
  const turn = counter.next++;
  const props = {
    ...node.props,
    ...(node.type === Operation && turn % 3 === 0 && { timeoutMs: 5 }),
    ...(node.type === Parallel && turn % 2 === 0 && { onFailure: "abort" }),
  };
  const element: UElement = {
    ...node,
    props,
    children: node.children.map((child) => harden(child, counter)),
  };
  return element;
}

const moves = fc.array(
  fc.record({
    does: fc.oneof(
      { weight: 12, arbitrary: fc.constant("advance") },
      { weight: 2, arbitrary: fc.constant("abortNode") },
      { weight: 1, arbitrary: fc.constant("abort") },
    ),
    pick: fc.nat(),
  }),
  { minLength: 1, maxLength: 60 },
);

const setups = fc.record({
  sketch: sketches,
  seed: fc.integer(),
  moves,
  init: fc.record({
    failurePolicy: fc.constantFrom("abort-dependents", "continue-running"),
    maxConcurrency: fc.integer({ min: 1, max: 3 }),
    deadline: fc.constantFrom(20, 1_000),
  }, { requiredKeys: [] }),
});

type Setup = typeof setups extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays the moves, one after the other, then answers what is left; `look` is called in between. */
function* play(host: TestHost, { seed, moves }: Setup): Generator<void> {
  const answer = answersOf(seed);
  host.start("in");
  yield;
  for (const { does, pick } of moves) {
    if (host.results.length > 0) return;
    const at = ++host.at;
    if (does === "abort") host.step({ type: "abort", at, reason: "enough" });
    else if (does === "abortNode") {
      const ids = Object.keys(nodeStates(host.state)).sort();
      host.step({ type: "abortNode", nodeId: ids[pick % ids.length] ?? "", at });
    } else host.advance(answer, (count) => pick % Math.max(1, count));
    yield;
  }
  while (host.results.length === 0 && host.advance(answer)) yield;
}

function hosts({ sketch, init }: Setup): [TestHost, TestHost] {
  const make = () => new TestHost(harden(build(sketch)), init);
  return [make(), make()];
}

Deno.test("a workflow that is aborted or times out goes on the same after any event", () => {
  fc.assert(
    fc.property(setups, (setup) => {
      const [plain, stored] = hosts(setup);
      const other = play(stored, setup);
      for (const _move of play(plain, setup)) {
        other.next();
        stored.state = JSON.parse(JSON.stringify(stored.state));
        deepStrictEqual(stored.state, JSON.parse(JSON.stringify(plain.state)));
        deepStrictEqual(
          pendingCommands(stored.compiled, stored.state),
          pendingCommands(plain.compiled, plain.state),
        );
      }
      other.next();
      strictEqual(plain.results.length, 1);
      deepStrictEqual(stored.results, plain.results);
      deepStrictEqual(stored.invoked, plain.invoked);
      deepStrictEqual(stored.cancelled, plain.cancelled);
    }),
    { numRuns: 300 },
  );
});

/** What a host that remembers nothing but the state would be doing. */
function outstanding(commands: readonly WorkflowCommand[]): string[] {
  return commands.flatMap((command) =>
    command.type === "invoke"
      ? [command.requestId]
      : command.type === "schedule"
      ? [`${command.key} at ${command.at}`]
      : []
  ).sort();
}

Deno.test("pendingCommands() are at any time the calls and timers that are open", () => {
  fc.assert(
    fc.property(setups, (setup) => {
      const [host] = hosts(setup);
      for (const _move of play(host, setup)) {
        const open = [
          ...host.calls.keys(),
          ...[...host.timers].map(([key, at]) => `${key} at ${at}`),
        ].sort();
        deepStrictEqual(outstanding(pendingCommands(host.compiled, host.state)), open);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("an event that a workflow has had changes nothing, whatever was aborted since", () => {
  fc.assert(
    fc.property(setups, (setup) => {
      const [host] = hosts(setup);
      const step = host.step.bind(host);
      host.step = (event) => {
        const commands = step(event);
        strictEqual(stepWorkflow(host.compiled, host.state, event).state, host.state);
        return commands;
      };
      for (const _move of play(host, setup));
    }),
    { numRuns: 150 },
  );
});
