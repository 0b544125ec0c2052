import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import {
  createPubSub,
  type EventEnvelope,
  type PubSub,
  type PubSubEventTarget,
  RepeaterOverflowError,
} from "../src/index.ts";
import { until } from "./until.ts";

/** Events of the suite. */
export type Events = Record<"alpha" | "beta" | "gamma" | "delta" | "epsilon", unknown>;

/** An event target as the suite sees it; the DOM's own lacks what is optional here. */
export type SuiteTarget = PubSubEventTarget<Events> & { close?(): void; errorCount?: number };

/** Two ends of one transport, or one end twice. */
export interface TargetPair extends AsyncDisposable {
  /** Where events are published. */
  readonly near: SuiteTarget;
  /** Where events are listened to. */
  readonly far: SuiteTarget;
  /** Resolves when what `far` subscribed so far is in force. */
  settle(): Promise<void>;
  /** Puts what is no event in front of `far`, on the topic `alpha:x` where there are topics. */
  garbage?(): void | Promise<void>;
  /** How many topics are subscribed for `far` at the transport. */
  subscribed?(): number | Promise<number>;
}

type Rule = (pair: TargetPair) => Promise<void>;

/** What a pair has, or why it cannot be tried here. */
export interface PairTraits {
  readonly garbage?: true;
  readonly subscribed?: true;
  readonly ignore?: string | undefined;
}

/**
 * Tests that every event target must pass; rules about `garbage` and `subscribed` only where the
 * pair is said to have that.
 */
export function testEventTarget(
  name: string,
  open: () => TargetPair | Promise<TargetPair>,
  has: PairTraits = {},
): void {
  const rules = { ...RULES, ...has.garbage && GARBAGE_RULES, ...has.subscribed && TOPIC_RULES };
  for (const [rule, check] of Object.entries(rules)) {
    Deno.test({
      name: `${name}: ${rule}${has.ignore === undefined ? "" : ` (ignored: ${has.ignore})`}`,
      ignore: has.ignore !== undefined,
      async fn() {
        await using pair = await open();
        await check(pair);
      },
    });
  }
}

const IDS = ["", "a.b", "a:b:c", "a b", "a/b", "🦀", "*>", "ü".repeat(500), "x\ty"];
const PAYLOADS = [null, false, 0, "", "text", [], { a: { b: [1, null, "c"] } }, 1.5, "\u0000🦀"];
const TYPES = ["alpha", "beta", "gamma", "delta", "epsilon"] as const;

const RULES: Record<string, Rule> = {
  "an event reaches the listeners of its own type and id, and no others": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    const others: EventEnvelope[] = [];
    far.listen("alpha", "y", (envelope) => others.push(envelope));
    far.listen("beta", "x", (envelope) => others.push(envelope));
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    near.publish("beta", "z", 1);
    near.publish("alpha", "", 2);
    near.publish("alpha", "x", { n: 3 });
    await seen.count(1);
    deepStrictEqual(seen.envelopes, [{ type: "alpha", id: "x", payload: { n: 3 } }]);
    deepStrictEqual(others, []);
  },

  "any id survives": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    for (const id of IDS) far.listen("alpha", id, seen.add);
    await pair.settle();
    for (const id of IDS) near.publish("alpha", id, id);
    await seen.count(IDS.length);
    deepStrictEqual(seen.envelopes.map(({ id, payload }) => [id, payload]), IDS.map((i) => [i, i]));
  },

  "falsy and nested payloads survive": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    far.listen("alpha", "", seen.add);
    await pair.settle();
    for (const payload of PAYLOADS) near.publish("alpha", "", payload);
    await seen.count(PAYLOADS.length);
    deepStrictEqual(seen.payloads(), PAYLOADS);
  },

  "an event without payload arrives with payload undefined": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    far.listen("alpha", "", seen.add);
    await pair.settle();
    near.publish("alpha", "", undefined);
    await seen.count(1);
    deepStrictEqual(seen.envelopes, [{ type: "alpha", id: "", payload: undefined }]);
  },

  "listeners of one topic are called in the order they were added, each once": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    const calls: string[] = [];
    const first = () => calls.push("first");
    pair.far.addEventListener("alpha:x", first);
    pair.far.addEventListener("alpha:x", { handleEvent: () => calls.push("second") });
    pair.far.addEventListener("alpha:x", first);
    pair.far.addEventListener("alpha:x", null);
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    near.publish("alpha", "x", 1);
    await seen.count(1);
    deepStrictEqual(calls, ["first", "second"]);
    pair.far.removeEventListener("alpha:x", first);
    near.publish("alpha", "x", 2);
    await seen.count(2);
    deepStrictEqual(calls, ["first", "second", "second"]);
  },

  "1,000 events of 5 types arrive in the order they were published": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    for (const type of TYPES) far.listen(type, "x", seen.add);
    await pair.settle();
    const sent = Array.from({ length: 1000 }, (_, n) => n);
    for (const n of sent) near.publish(TYPES[n * 7 % 5] ?? "alpha", "x", n);
    await seen.count(1000);
    deepStrictEqual(seen.payloads(), sent);
  },

  "a throwing listener harms nobody": async (pair) => {
    const errors: unknown[] = [];
    const { near, far, seen } = openEnds(pair, (error) => errors.push(error));
    far.listen("alpha", "x", () => {
      throw new Error("listener");
    });
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    near.publish("alpha", "x", 1);
    near.publish("alpha", "x", 2);
    await seen.count(2);
    deepStrictEqual(seen.payloads(), [1, 2]);
    deepStrictEqual(errors.map(String), ["Error: listener", "Error: listener"]);
  },

  "a loop gets events in order, and leaving it removes its listener": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    const before = await pair.subscribed?.();
    const loop = far.subscribe("alpha", "x");
    const first = loop.next();
    await pair.settle();
    for (const n of [1, 2, 3]) near.publish("alpha", "x", n);
    deepStrictEqual((await first).value?.payload, 1);
    for await (const { payload } of loop) {
      if (payload === 3) break;
    }
    await pair.settle();
    strictEqual(await pair.subscribed?.(), before);
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    near.publish("alpha", "x", 4);
    await seen.count(1);
    deepStrictEqual(await loop.next(), { value: undefined, done: true });
  },

  "a consumer that stalls overflows alone": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    const stalled = far.subscribe("alpha", "x");
    const first = stalled.next();
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    for (let n = 0; n < 1030; n++) near.publish("alpha", "x", n);
    await seen.count(1030);
    strictEqual((await first).value?.payload, 0);
    let count = 0;
    await rejects(async () => {
      for await (const _ of stalled) count++;
    }, RepeaterOverflowError);
    strictEqual(count, 1024);
    deepStrictEqual(seen.payloads(), Array.from({ length: 1030 }, (_, n) => n));
  },

  "close() ends loops and listeners, twice does nothing, dispatch throws": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    const before = await pair.subscribed?.();
    far.listen("alpha", "x", seen.add);
    const loop = far.subscribe("beta", "x");
    const pending = loop.next();
    await pair.settle();
    far.close();
    far.close();
    deepStrictEqual(await pending, { value: undefined, done: true });
    await pair.settle();
    strictEqual(await pair.subscribed?.(), before);
    throws(() => far.publish("alpha", "x", 1), { code: "EVENT_TARGET_CLOSED" });
    near.close();
    if (pair.near.close === undefined) return;
    pair.near.close();
    pair.near.close();
    pair.near.addEventListener("alpha:x", () => {});
    throws(() => pair.near.dispatchEvent(alpha(1)), {
      name: "EventTargetClosedError",
      code: "EVENT_TARGET_CLOSED",
    });
    deepStrictEqual(seen.payloads(), []);
  },

  "events of a control type cannot be published": (pair) => {
    const { near } = openEnds(pair);
    for (const type of ["__subscribe", "", "a:b", "a\n"]) {
      // The type says that there is no such event, which is what is to be shown.
      throws(() => near.publish(type as "alpha", "x", 1), TypeError);
    }
    return Promise.resolve();
  },
};

const TOPIC_RULES: Record<string, Rule> = {
  "after close() nothing is subscribed, and listeners are ignored": async (pair) => {
    const count = () => pair.subscribed?.() ?? NaN;
    const before = await count();
    pair.far.addEventListener("alpha:x", () => {});
    await pair.settle();
    strictEqual(await count(), before + 1);
    pair.far.close?.();
    pair.far.addEventListener("alpha:y", () => {});
    await pair.settle();
    strictEqual(await count(), before);
  },

  "the first listener subscribes a topic, and removing the last unsubscribes it": async (pair) => {
    const count = () => pair.subscribed?.() ?? NaN;
    const { far } = openEnds(pair);
    const before = await count();
    const ends = [far.listen("alpha", "x", () => {}), far.listen("alpha", "x", () => {})];
    await pair.settle();
    strictEqual(await count(), before + 1);
    ends[0]?.();
    ends[0]?.();
    await pair.settle();
    strictEqual(await count(), before + 1);
    ends[1]?.();
    await pair.settle();
    strictEqual(await count(), before);
  },
};

const GARBAGE_RULES: Record<string, Rule> = {
  "garbage from the transport harms nobody and is counted": async (pair) => {
    const { near, far, seen } = openEnds(pair);
    far.listen("alpha", "x", seen.add);
    await pair.settle();
    await pair.garbage?.();
    near.publish("alpha", "x", 1);
    await seen.count(1);
    deepStrictEqual(seen.payloads(), [1]);
    ok((pair.far.errorCount ?? 0) > 0, "it was counted");
  },
};

function alpha(payload: unknown) {
  return { type: "alpha:x", detail: { type: "alpha", id: "x", payload } } as const;
}

interface Ends {
  readonly near: PubSub<Events>;
  readonly far: PubSub<Events>;
  readonly seen: Seen;
}

interface Seen {
  readonly envelopes: EventEnvelope[];
  add(this: void, envelope: EventEnvelope): void;
  payloads(): unknown[];
  count(expected: number): Promise<void>;
}

function openEnds(pair: TargetPair, onError?: (error: unknown) => void): Ends {
  const envelopes: EventEnvelope[] = [];
  const seen: Seen = {
    envelopes,
    add: (envelope) => void envelopes.push(envelope),
    payloads: () => envelopes.map(({ payload }) => payload),
    async count(expected) {
      await until(
        () => envelopes.length >= expected,
        `${expected} events, not ${envelopes.length}`,
      );
      ok(envelopes.length === expected, `${envelopes.length} events instead of ${expected}`);
    },
  };
  return {
    near: createPubSub<Events>({ eventTarget: pair.near }),
    far: createPubSub<Events>({ eventTarget: pair.far, onError }),
    seen,
  };
}
