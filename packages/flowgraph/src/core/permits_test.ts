import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Limit, type Limits, ReadyLines } from "./permits.ts";

interface Node {
  readonly id: number;
  readonly limits: Limits;
  state: { readyNumber?: number };
}

/** Who comes next, by looking at everybody. */
function firstOf(nodes: readonly Node[]): Node | undefined {
  return nodes
    .filter(({ state, limits }) =>
      state.readyNumber !== undefined && limits.every(({ used, max }) => used < max)
    )
    .sort((a, b) => (a.state.readyNumber ?? 0) - (b.state.readyNumber ?? 0))[0];
}

const steps = fc.array(
  fc.record({
    does: fc.constantFrom("push", "push", "take", "take", "end", "leave"),
    pick: fc.nat(),
  }),
  { maxLength: 80 },
);

Deno.test("take() gives the node that waited longest of those whose limits all have room", () => {
  fc.assert(
    fc.property(steps, (script) => {
      const whole: Limit = { max: 4, used: 0 }, block: Limit = { max: 2, used: 0 };
      const own = (): Limit => ({ max: 1, used: 0 });
      const places: Limits[] = [
        [whole],
        [block, whole],
        [own(), block, whole],
        [own(), block, whole],
        [own(), whole],
        [],
      ];
      const lines = new ReadyLines<Node>();
      const nodes: Node[] = [], running: Node[] = [];
      let number = 0;
      for (const { does, pick } of script) {
        if (does === "push") {
          const limits = places[pick % places.length] ?? [];
          const node = { id: nodes.length, limits, state: { readyNumber: number } };
          nodes.push(node);
          lines.push(node, number++);
        } else if (does === "take") {
          const expected = firstOf(nodes), taken = lines.take();
          strictEqual(taken?.id, expected?.id);
          if (taken === undefined) continue;
          taken.state = {};
          for (const limit of taken.limits) limit.used++;
          running.push(taken);
        } else if (does === "end") {
          const [ended] = running.splice(pick % Math.max(1, running.length), 1);
          for (const limit of ended?.limits ?? []) {
            limit.used--;
            lines.free(limit);
          }
        } else {
          const waiting = nodes.filter(({ state }) => state.readyNumber !== undefined);
          const left = waiting[pick % Math.max(1, waiting.length)];
          if (left) left.state = {};
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a freed permit is given on without a look at every line that waits for it", () => {
  let looks = 0;
  const shared: Limit = {
    used: 0,
    get max() {
      looks++;
      return 1;
    },
  };
  const lines = new ReadyLines<Node>();
  const count = 1_000;
  for (let id = 0; id < count; id++) {
    const limits = [{ max: 1, used: 0 }, shared];
    lines.push({ id, limits, state: { readyNumber: id } }, id);
  }
  for (let id = 0; id < count; id++) {
    strictEqual(lines.take()?.id, id);
    shared.used = 1;
    strictEqual(lines.take(), undefined);
    shared.used = 0;
    lines.free(shared);
  }
  ok(looks < 10 * count, `${looks} looks at the limit of ${count} lines`);
});
