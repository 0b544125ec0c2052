import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock } from "./_manual_clock.ts";
import { PendingRequestMap } from "./pending_request_map.ts";
import { localEnvelope } from "./response-envelope.ts";

type Step =
  | {
    readonly act: "respond" | "error" | "complete" | "abort" | "remote abort";
    readonly target: number;
  }
  | { readonly act: "wait"; readonly ms: number };

const QUEUE = 3;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    act: fc.constantFrom("respond", "respond", "error", "complete", "abort", "remote abort"),
    target: fc.nat(5),
  }),
  fc.record({ act: fc.constant("wait" as const), ms: fc.nat(15) }),
);

interface Request {
  readonly id: string;
  readonly kind: "call" | "subscribe";
  readonly outcomes: string[];
}

function begin(
  map: PendingRequestMap,
  clock: ManualClock,
  kinds: readonly Request["kind"][],
): Request[] {
  return kinds.map((kind, index) => {
    const outcomes: string[] = [];
    const settle = (outcome: string) => outcomes.push(outcome);
    if (kind === "call") {
      map.call("a.b", {}, index % 2 === 0 ? { deadline: clock.now() + 20 } : {}).then(
        () => settle("value"),
        ({ code }) => settle(code),
      );
    } else {
      const stream = map.subscribe("a.b", {}, index % 2 === 0 ? { idleTimeout: 10 } : {});
      (async () => {
        for await (const _ of stream);
        settle("end");
      })().catch(({ code }) => settle(code));
    }
    const id = ids(map).at(-1);
    ok(id !== undefined);
    return { id, kind, outcomes };
  });
}

function ids(map: PendingRequestMap): string[] {
  const entries: unknown = Reflect.get(map, "entries");
  ok(entries instanceof Map);
  return [...entries.keys()];
}

function remoteAbort(map: PendingRequestMap, requestId: string): void {
  const pubsub: unknown = Reflect.get(map, "pubsub");
  ok(typeof pubsub === "object" && pubsub !== null && "publish" in pubsub);
  Reflect.apply(pubsub.publish as never, pubsub, ["call.aborted", "", { requestId }]);
}

function apply(map: PendingRequestMap, { id }: Request, act: Step["act"]): void {
  if (act === "respond") map.respond(id, localEnvelope(1, "a.b"));
  else if (act === "error") map.emitError(id, "MINE", "text");
  else if (act === "complete") map.complete(id);
  else if (act === "abort") map.abort(id);
  else remoteAbort(map, id);
}

Deno.test("any interleaving settles every request exactly once and leaves nothing behind", async () => {
  const kinds = fc.array(fc.constantFrom("call" as const, "subscribe" as const), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(
      kinds,
      fc.array(step, { maxLength: 40 }),
      fc.boolean(),
      async (chosen, steps, pausing) => {
        const clock = manualClock();
        const map = new PendingRequestMap(undefined, { clock, queueLimit: QUEUE });
        const requests = begin(map, clock, chosen);
        for (const each of steps) {
          if (each.act === "wait") clock.advance(each.ms);
          else {
            const request = requests[each.target % requests.length];
            if (request !== undefined) apply(map, request, each.act);
          }
          if (pausing) await Promise.resolve();
        }
        map.close();
        strictEqual(map.getPendingCount(), 0);
        strictEqual(clock.armed, 0);
        // One turn of the event loop: whatever is settled has said so.
        await new Promise((resolve) => setTimeout(resolve));
        for (const { outcomes, kind } of requests) {
          strictEqual(outcomes.length, 1, `${kind} settled as ${JSON.stringify(outcomes)}`);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("the first terminal event is the one that counts", async () => {
  const acts = fc.array(fc.constantFrom("respond", "error", "complete", "abort", "remote abort"), {
    minLength: 1,
  });
  const meaning: Record<string, string> = {
    respond: "value",
    error: "MINE",
    complete: "ABORTED",
    abort: "ABORTED",
    "remote abort": "ABORTED",
  };
  await fc.assert(
    fc.asyncProperty(acts, async (chosen) => {
      const clock = manualClock();
      const map = new PendingRequestMap(undefined, { clock });
      const [request] = begin(map, clock, ["call"]);
      ok(request !== undefined);
      for (const act of chosen) apply(map, request, act);
      await new Promise((resolve) => setTimeout(resolve));
      deepStrictEqual(request.outcomes, [meaning[chosen[0] ?? ""]]);
      strictEqual(clock.armed, 0);
    }),
    { numRuns: 100 },
  );
});
