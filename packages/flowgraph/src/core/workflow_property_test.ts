import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { answersOf, build, sketches } from "../../testing/templates.ts";
import { TestHost } from "../../testing/host.ts";
import { isSettledStatus, type WorkflowEvent } from "./state.ts";
import { nodeStates } from "./node_layers.ts";
import { initWorkflow, pendingCommands, stepWorkflow } from "./workflow.ts";

const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 50 });
const seeds = fc.integer();

function picker(numbers: readonly number[]): (count: number) => number {
  let next = 0;
  return (count) => count === 0 ? 0 : (numbers[next++ % numbers.length] ?? 0) % count;
}

/** What must not depend on the order of events: everything but times and places in line. */
function essence(host: TestHost): unknown {
  const nodes = Object.entries(nodeStates(host.state)).map(([id, node]) => {
    const { startedAt: _s, endedAt: _e, readyNumber: _r, ...rest } = node;
    return [id, rest] as const;
  });
  return { nodes: Object.fromEntries(nodes), result: host.result };
}

const setups = fc.record({
  sketch: sketches,
  seed: seeds,
  maxConcurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});

function hostFor({ sketch, maxConcurrency }: { sketch: Parameters<typeof build>[0] } & {
  maxConcurrency: number | undefined;
}): TestHost {
  return new TestHost(build(sketch), maxConcurrency === undefined ? {} : { maxConcurrency });
}

Deno.test("stepWorkflow() comes to the same end in whatever order calls are answered", () => {
  fc.assert(
    fc.property(setups, picks, picks, (setup, first, second) => {
      const a = hostFor(setup), b = hostFor(setup);
      a.run("in", answersOf(setup.seed), picker(first));
      b.run("in", answersOf(setup.seed), picker(second));
      deepStrictEqual(essence(a), essence(b));
    }),
    { numRuns: 300 },
  );
});

Deno.test("stepWorkflow() ends every node, settles once, and leaves no call or timer open", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      host.run("in", answersOf(setup.seed), picker(order));
      for (const [id, { status }] of Object.entries(nodeStates(host.state))) {
        ok(isSettledStatus(status), `${id} is ${status}`);
      }
      strictEqual(host.results.length, 1);
      strictEqual(host.calls.size, 0);
      strictEqual(host.timers.size, 0);
      deepStrictEqual(pendingCommands(host.compiled, host.state), []);
    }),
    { numRuns: 200 },
  );
});

Deno.test("stepWorkflow() goes on identically from a state that went through JSON", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const plain = hostFor(setup), stored = hostFor(setup);
      const answer = answersOf(setup.seed);
      const a = picker(order), b = picker(order);
      plain.start("in");
      stored.start("in");
      for (;;) {
        stored.state = JSON.parse(JSON.stringify(stored.state));
        deepStrictEqual(stored.state, JSON.parse(JSON.stringify(plain.state)));
        deepStrictEqual(
          pendingCommands(stored.compiled, stored.state),
          pendingCommands(plain.compiled, plain.state),
        );
        if (plain.results.length > 0) break;
        plain.advance(answer, a);
        stored.advance(answer, b);
      }
      deepStrictEqual(stored.results, plain.results);
      deepStrictEqual(stored.invoked, plain.invoked);
    }),
    { numRuns: 150 },
  );
});

Deno.test("stepWorkflow() changes neither of its arguments", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      const answer = answersOf(setup.seed), pick = picker(order);
      host.start("in");
      while (host.results.length === 0) {
        const before = host.state, text = JSON.stringify(before);
        host.advance(answer, pick);
        strictEqual(JSON.stringify(before), text);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("stepWorkflow() takes a list of events as it takes them one by one", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      const events: WorkflowEvent[] = [];
      const step = host.step.bind(host);
      host.step = (event) => {
        events.push(event);
        return step(event);
      };
      host.run("in", answersOf(setup.seed), picker(order));
      const init = setup.maxConcurrency === undefined
        ? {}
        : { maxConcurrency: setup.maxConcurrency };
      const idle = initWorkflow(host.compiled, { id: "w", ...init });
      const all = stepWorkflow(host.compiled, idle, events);
      deepStrictEqual(all.state, host.state);
      // A second time around, every one of them is about nothing that is open.
      strictEqual(stepWorkflow(host.compiled, all.state, events).state, all.state);
    }),
    { numRuns: 100 },
  );
});

Deno.test("stepWorkflow() ignores an event that it has seen", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      const step = host.step.bind(host);
      host.step = (event) => {
        const commands = step(event);
        const again = stepWorkflow(host.compiled, host.state, event);
        strictEqual(again.state, host.state);
        deepStrictEqual(again.commands, []);
        return commands;
      };
      host.run("in", answersOf(setup.seed), picker(order));
    }),
    { numRuns: 100 },
  );
});

Deno.test("no node runs before its predecessors let it go, and no limit is exceeded", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      const { graph } = host.compiled;
      const optional = (id: string) =>
        graph.hasNode(id) && graph.getNodeAttributes(id).props.optional === true;
      const step = host.step.bind(host);
      host.step = (event) => {
        const commands = step(event);
        ok(host.calls.size <= (setup.maxConcurrency ?? Infinity));
        const { statuses } = host;
        for (const command of commands) {
          if (command.type !== "invoke" || !graph.hasNode(command.nodeId)) continue;
          for (const before of graph.predecessors(command.nodeId)) {
            const status = statuses[before];
            ok(
              status === "completed" || status === "failed" && optional(before),
              `${before} ${status}`,
            );
          }
        }
        return commands;
      };
      host.run("in", answersOf(setup.seed), picker(order));
    }),
    { numRuns: 150 },
  );
});

Deno.test("a step may be taken again from an earlier state", () => {
  fc.assert(
    fc.property(setups, picks, (setup, order) => {
      const host = hostFor(setup);
      const pick = picker(order), answer = answersOf(setup.seed);
      host.start("in");
      while (host.results.length === 0) {
        const earlier = host.state;
        const [call] = host.calls.values();
        host.advance(answer, pick);
        if (call === undefined) continue;
        const { requestId } = call;
        const event = { type: "node.succeeded", requestId, output: 1, at: 99 } as const;
        const once = stepWorkflow(host.compiled, earlier, event);
        const twice = stepWorkflow(host.compiled, earlier, event);
        deepStrictEqual(once, twice);
      }
    }),
    { numRuns: 60 },
  );
});
