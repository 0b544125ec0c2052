/**
 * The checkers themselves: each is shown a history with one thing wrong, and has to say so.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { LoggedEvent } from "@hub/actors";
import { createRandom } from "../../actors/runtime/_random.ts";
import { checkPast } from "./check_past.ts";
import { checkReplies } from "./check_replies.ts";
import type { CheckedEvent } from "./checked_kind.ts";
import { digestOf, NO_PAST, type Past } from "./digest.ts";
import { drawFaults, SERVER_FAULTS } from "./faults.ts";
import { findFollowUps } from "./follow_ups.ts";
import type { History, Logged, Logs, Looked, Outcome, Sent } from "./history.ts";
import { createActors } from "./plan.ts";
import { checkWatched } from "./watcher.ts";

type Type = CheckedEvent["type"];

function command(label: string, type: Type = "APPEND", more: Partial<CheckedEvent> = {}) {
  return { type, label, ms: 10, turn: 0, to: "b", ...more };
}

function entry(seq: number, event: LoggedEvent["event"], more: Partial<LoggedEvent> = {}): Logged {
  const logged = { id: `call:${event.label}`, event, cause: { from: "caller" } as const, at: 1000 };
  return { seq, index: 0, logged: { ...logged, ...more } };
}

function sent(event: CheckedEvent, outcome: Outcome, [begunAt, endedAt] = [0, 1]): Sent {
  return { client: "c", actor: "a", event, begunAt, endedAt, tries: 1, outcome };
}

function answered(seq: number, past?: Past): Outcome {
  return { is: "answered", at: { seq, index: 0 }, past };
}

const REFUSED: Outcome = { is: "refused", code: "ILLEGAL_STATE", message: "no" };
const UNKNOWN: Outcome = { is: "unknown" };
const x = command("x"), y = command("y");
const claim = command("x", "CLAIM"), rival = command("y", "CLAIM");
const afterX = digestOf(NO_PAST, "x");

function look(seq: number, past: Past, begunAt = 5): Looked {
  return { client: "c", actor: "a", begunAt, endedAt: begunAt + 1, seq, past, turn: 0 };
}

interface Case {
  readonly what: string;
  readonly log: readonly Logged[];
  readonly sent?: readonly Sent[];
  readonly looked?: readonly Looked[];
  /** Absent: nothing is wrong. */
  readonly finds?: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: "two commands in their order",
    log: [entry(1, x), entry(2, y)],
    sent: [sent(x, answered(1)), sent(y, answered(2), [2, 3])],
  },
  { what: "a command that was lost", log: [], sent: [sent(x, answered(1))], finds: /x .* is lost/ },
  {
    what: "a command that stands elsewhere than its answer says",
    log: [entry(2, x)],
    sent: [sent(x, answered(1))],
    finds: /x was acknowledged at 1\.0 and is at 2\.0/,
  },
  {
    what: "a command that happened twice",
    log: [entry(1, x), entry(2, x)],
    sent: [sent(x, answered(2))],
    finds: /call:x is in the log twice/,
  },
  {
    what: "a command that was given up and happened",
    log: [entry(1, x)],
    sent: [sent(x, UNKNOWN)],
  },
  { what: "a command that was given up and did not", log: [], sent: [sent(x, UNKNOWN)] },
  {
    what: "a command that stands before one that was answered before it was begun",
    log: [entry(1, y), entry(2, x)],
    sent: [sent(x, answered(2), [0, 1]), sent(y, answered(1), [2, 3])],
    finds: /y \(1\.0\) was begun after x \(2\.0\) was answered/,
  },
  {
    what: "commands of the same time in any order",
    log: [entry(1, y), entry(2, x)],
    sent: [sent(x, answered(2), [0, 3]), sent(y, answered(1), [2, 4])],
  },
  {
    what: "a refused command that is in the log",
    log: [entry(1, claim)],
    sent: [sent(claim, REFUSED)],
    finds: /x was refused \(ILLEGAL_STATE\), and is in the log/,
  },
  {
    what: "a claim that was refused because another one came first",
    log: [entry(1, rival)],
    sent: [sent(claim, REFUSED, [0, 3]), sent(rival, answered(1), [1, 2])],
  },
  {
    what: "a claim that was refused before anybody else tried",
    log: [entry(1, rival)],
    sent: [sent(claim, REFUSED, [0, 1]), sent(rival, answered(1), [2, 3])],
    finds: /x was refused, and nobody else had turn 0/,
  },
  {
    what: "a turn that two have got",
    log: [entry(1, claim), entry(2, rival)],
    finds: /y claimed turn 0 when it was turn 1/,
  },
  {
    what: "a refusal of what is always taken",
    log: [],
    sent: [sent(x, REFUSED)],
    finds: /x got ILLEGAL_STATE/,
  },
  {
    what: "a reply that knows of the whole past",
    log: [entry(1, x)],
    sent: [sent(x, answered(1, afterX))],
  },
  {
    what: "a reply of another past",
    log: [entry(1, y), entry(2, x)],
    sent: [sent(x, answered(2, afterX))],
    finds: /the reply to x says/,
  },
  { what: "a look at what is", log: [entry(1, x)], looked: [look(1, afterX)] },
  {
    what: "a look that misses what was answered before",
    log: [entry(1, x), entry(2, y)],
    sent: [sent(y, answered(2))],
    looked: [look(1, afterX)],
    finds: /saw a at 1 after y was answered at 2\.0/,
  },
  {
    what: "a look that misses what was answered meanwhile",
    log: [entry(1, x), entry(2, y)],
    sent: [sent(y, answered(2), [0, 9])],
    looked: [look(1, afterX)],
  },
  {
    what: "a look at what never was",
    log: [entry(1, x)],
    looked: [look(1, NO_PAST)],
    finds: /saw a at 1 as .* the log says/,
  },
  {
    what: "a look at a message that is not there",
    log: [entry(1, x)],
    looked: [look(7, afterX)],
    finds: /the log has nothing there/,
  },
];

for (const { what, log, finds, ...seen } of CASES) {
  Deno.test(`the checkers find ${finds === undefined ? "nothing wrong with " : ""}${what}`, () => {
    const history: History = { sent: [], looked: [], ...seen };
    const logs: Logs = new Map([["a", log]]);
    const findings = [...checkReplies(history, logs), ...checkPast(history, logs)];
    if (finds === undefined) deepStrictEqual(findings, []);
    else match(findings.join("\n"), finds);
  });
}

const worked = {
  type: "xstate.done.actor.work-w",
  output: { label: "w", key: "checked/a/1.0/work-w" },
};
const byEffect = { id: "e", cause: { from: "effect", id: "work-w", key: "1.0/work-w" } } as const;
const rang = { type: "RANG", label: "t" };
const byTimer = { id: "t", cause: { from: "timer", id: "n", key: "1.0/n" }, at: 1010 } as const;
const fromA = { id: "s", cause: { from: "actor", address: "checked/a" } } as const;
const heard = (label: string) => ({ type: "HEARD", label });
const chimed = { type: "CHIMED", label: "x" };
const byChime = { ...byTimer, id: "c" };

const FOLLOW_UPS: readonly {
  readonly what: string;
  readonly a: readonly Logged[];
  readonly b?: readonly Logged[];
  readonly missing?: RegExp;
  readonly wrong?: RegExp;
}[] = [
  { what: "an effect that ended", a: [entry(1, command("w", "WORK")), entry(2, worked, byEffect)] },
  { what: "an effect that never ended", a: [entry(1, command("w", "WORK"))], missing: /WORK w/ },
  {
    what: "an effect that ended twice",
    a: [entry(1, command("w", "WORK")), entry(2, worked, byEffect), entry(3, worked, byEffect)],
    wrong: /WORK w .*2 times[^]*1\.0\/work-w ended twice/,
  },
  {
    what: "an effect that ran under another key",
    a: [
      entry(1, command("w", "WORK")),
      entry(2, { ...worked, output: { label: "w", key: "checked/a/9.0/work-w" } }, byEffect),
    ],
    wrong: /it ran as/,
  },
  { what: "a timer that fired", a: [entry(1, command("t", "ARM")), entry(2, rang, byTimer)] },
  { what: "a timer that never fired", a: [entry(1, command("t", "ARM"))], missing: /ARM t/ },
  {
    what: "a timer that fired too early",
    a: [entry(1, command("t", "ARM")), entry(2, rang, { ...byTimer, at: 1009 })],
    wrong: /9 ms after it was armed/,
  },
  {
    what: "a timer that was replaced and did not fire",
    a: [
      entry(1, command("x", "WIND")),
      entry(2, command("y", "WIND")),
      entry(3, { ...chimed, label: "y" }, byChime),
    ],
  },
  {
    what: "a timer that fired after it was replaced",
    a: [
      entry(1, command("x", "WIND")),
      entry(2, command("y", "WIND")),
      entry(3, chimed, byChime),
      entry(4, { ...chimed, label: "y" }, byChime),
    ],
    wrong: /CHIMED x at 3\.0, when y was wound/,
  },
  {
    what: "a timer that fired after it was taken back",
    a: [
      entry(1, command("x", "WIND")),
      entry(2, command("u", "UNWIND")),
      entry(3, chimed, byChime),
    ],
    wrong: /CHIMED x at 3\.0, when nothing was wound/,
  },
  {
    what: "a named timer that never fired",
    a: [entry(1, command("x", "WIND"))],
    missing: /WIND x/,
  },
  {
    what: "messages that were heard in their order",
    a: [entry(1, command("m", "PASS")), entry(2, command("n", "PASS"))],
    b: [entry(3, heard("m"), fromA), entry(4, heard("n"), { ...fromA, id: "s2" })],
  },
  {
    what: "messages that were heard in another order",
    a: [entry(1, command("m", "PASS")), entry(2, command("n", "PASS"))],
    b: [entry(3, heard("n"), fromA), entry(4, heard("m"), { ...fromA, id: "s2" })],
    wrong: /b heard from checked\/a: n,m; told was m,n/,
  },
  {
    what: "a message that was never heard",
    a: [entry(1, command("m", "PASS"))],
    missing: /PASS m/,
  },
];

for (const { what, a, b = [], missing, wrong } of FOLLOW_UPS) {
  const isWell = missing === undefined && wrong === undefined;
  Deno.test(`findFollowUps() finds ${isWell ? "nothing wrong with " : ""}${what}`, () => {
    const found = findFollowUps(new Map([["a", a], ["b", b]]));
    if (missing === undefined) deepStrictEqual(found.missing, []);
    else match(found.missing.join("\n"), missing);
    if (wrong === undefined) deepStrictEqual(found.wrong, []);
    else match(found.wrong.join("\n"), wrong);
  });
}

const TWO = new Map([["a", [entry(1, { type: "xstate.init" }), entry(2, x), entry(5, y)]]]);
const SEEN = [
  [["2.0", "5.0"], { missing: 0, wrong: 0 }],
  [["2.0"], { missing: 1, wrong: 0 }],
  [[], { missing: 1, wrong: 0 }],
  [["5.0"], { missing: 0, wrong: 1 }],
  [["2.0", "2.0", "5.0"], { missing: 0, wrong: 1 }],
  [["2.0", "5.0", "6.0"], { missing: 0, wrong: 1 }],
] as const;

for (const [places, { missing, wrong }] of SEEN) {
  Deno.test(`a watcher that saw ${places.join(" and ") || "nothing"} of 2.0 and 5.0 ${wrong > 0 ? "is wrong" : missing > 0 ? "waits" : "is done"}`, () => {
    const found = checkWatched([{ actor: "a", places }], TWO);
    deepStrictEqual([found.missing.length, found.wrong.length], [missing, wrong]);
  });
}

function firstFaults(seed: number) {
  const faults = drawFaults(createRandom(seed), { acts: SERVER_FAULTS, longestRestMs: 1_000 });
  return Array.from({ length: 200 }, () => faults.next().value);
}

Deno.test("drawFaults() draws the same from the same seed, and something else from another", () => {
  deepStrictEqual(firstFaults(1), firstFaults(1));
  ok(JSON.stringify(firstFaults(1)) !== JSON.stringify(firstFaults(2)));
});

Deno.test("drawFaults() draws every act, each for as many as it names, and most for one", () => {
  const faults = firstFaults(1);
  deepStrictEqual(new Set(faults.map(({ act }) => act)), new Set(SERVER_FAULTS));
  for (const { act, targets } of faults) {
    strictEqual(targets.length, act === "kill all" ? 3 : act === "kill two" ? 2 : 1);
    strictEqual(new Set(targets).size, targets.length);
  }
  ok(faults.filter(({ targets }) => targets.length === 1).length > faults.length / 2);
});

Deno.test("an actor takes no new command while an old one may come once more", () => {
  const actors = createActors(1), random = createRandom(1);
  const over = actors.begin("a0");
  let taken = 0;
  for (; actors.pick(random) !== undefined && taken < 1_000; taken++) actors.begin("a0")();
  ok(taken > 100 && taken < 500, `${taken} commands`);
  over();
  strictEqual(actors.pick(random), "a0");
});
