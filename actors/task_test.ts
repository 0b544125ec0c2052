import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Life, type Rule, type Step, testRules, testWildly } from "./_life_testing.ts";
import { missing, type TaskContext } from "./task_context.ts";
import { TaskEvent, type TaskFacts } from "./task_events.ts";
import { task } from "./task.ts";

const create = (more: Partial<TaskFacts> = {}) => ({
  type: "CREATE",
  taskId: "t1",
  level: "implementation",
  dependsOn: [],
  gates: [],
  ...more,
  at: 0,
});
const mergedOf = (taskId: string) => ({ type: "DEPENDENCY_MERGED", taskId, at: 1 });
const start = { type: "START", at: 2 }, forced = { type: "START", force: true, at: 2 };
const final = { type: "FINAL", at: 3 }, blocking = { type: "BLOCKING", message: "why", at: 4 };
const resume = { type: "RESUME", message: "because", at: 5 }, restart = { type: "RESTART", at: 6 };
const reviewed = (critical: number) => ({ type: "REVIEWED", critical, at: 7 });
const gate = (taskId: string) => ({ type: "GATE_PASSED", taskId, at: 8 });
const merge = { type: "MERGE", at: 9 }, mergeForced = { type: "MERGE", force: true, at: 9 };
const depend = (...on: string[]) => ({ type: "DEPEND", on, at: 10 });
const hold = { type: "HOLD", reason: "decompose it", at: 11 },
  release = { type: "RELEASE", at: 12 };
const fail = { type: "FAIL", reason: "no way", at: 13 }, retry = { type: "RETRY", at: 14 };
const abort = { type: "ABORT", at: 15 }, cancel = { type: "CANCEL", at: 16 };

const spawned: Step = { done: "spawn", output: { sessionId: "ses_1", branch: "feat/t1" } };
const mergeDone = (completed: boolean): Step => ({ done: "merge", output: { completed } });
const conflict: Step = { error: "merge", with: { code: "MERGE_CONFLICT", message: "a.ts" } };

const STARTING: Step[] = [create(), start];
const ACTIVE: Step[] = [...STARTING, spawned];
const BLOCKED: Step[] = [...ACTIVE, blocking];
const DONE: Step[] = [...ACTIVE, final];
const MERGING: Step[] = [...DONE, merge];
const REVIEW: Step[] = [create({ level: "review" }), start, spawned];

// Sections of the contract on coordination.
const RULES: readonly Rule[] = [
  ["a task that nobody has created cannot be started", [], start, "refused"],
  ["without dependencies it is ready (§7.3)", [], create(), ["live.pending.ready"]],
  ["with dependencies it waits (§7.3)", [], create({ dependsOn: ["a"] }), [
    "live.pending.waiting",
  ]],
  [
    "a task whose dependencies are not merged is not started (§7.3)",
    [
      create({ dependsOn: ["a"] }),
    ],
    start,
    "refused",
  ],
  ["not by force either (§7.4)", [create({ dependsOn: ["a"] })], forced, "refused"],
  ["one of two is not enough (§7.3)", [create({ dependsOn: ["a", "b"] })], mergedOf("a"), [
    "live.pending.waiting",
  ]],
  ["all of them are (§7.3)", [create({ dependsOn: ["a", "b"] }), mergedOf("a")], mergedOf("b"), [
    "live.pending.ready",
  ]],
  ["a dependency that is added closes it again (§7.5)", [create()], depend("fix"), [
    "live.pending.waiting",
  ]],
  ["one to be decomposed is held back (§7.3)", [create()], hold, ["live.pending.held"]],
  ["held back, it is not started (§7.3)", [create(), hold], start, "refused"],
  ["unless forced (§7.3)", [create(), hold], forced, ["live.starting"]],
  ["released, it is ready", [create(), hold], release, ["live.pending.ready"]],
  ["held back and dependent, it waits first", [create({ dependsOn: ["a"] }), hold], mergedOf("a"), [
    "live.pending.held",
  ]],
  ["ready, it is started (§7.4)", [create()], start, ["live.starting"]],
  ["nobody starts it twice", STARTING, start, "refused"],
  ["spawned, it is worked on (§3.1)", STARTING, spawned, ["live.active"]],
  ["a spawn that failed left nothing (§3.1)", STARTING, { error: "spawn" }, [
    "live.pending.ready",
  ]],
  ["it is not cancelled while it is not known what there is (§8.18)", STARTING, cancel, "refused"],
  ["a final word asks for the merge (§7.7)", ACTIVE, final, ["live.awaitingMerge"]],
  ["a safe exit blocks it (§7.5)", ACTIVE, blocking, ["live.blocked"]],
  ["blocked, it may go on (§7.5)", BLOCKED, resume, ["live.resuming"]],
  ["the session was told and works on it", [...BLOCKED, resume], { done: "handBack" }, [
    "live.active",
  ]],
  ["a session that cannot be told stays blocked", [...BLOCKED, resume], { error: "handBack" }, [
    "live.blocked",
  ]],
  [
    "blocked by a new dependency, it does not go on before that (§7.5)",
    [
      ...[...BLOCKED, depend("fix")],
    ],
    resume,
    "refused",
  ],
  ["then it does (§7.5)", [...BLOCKED, depend("fix"), mergedOf("fix")], resume, [
    "live.resuming",
  ]],
  ["a policy may restart it (§4.3)", ACTIVE, restart, ["live.givingUp"]],
  ["restarted, it is spawned again (§4.3)", [...ACTIVE, restart], { done: "abort" }, [
    "live.starting",
  ]],
  ["aborted, it may be started again (§3.5)", [...ACTIVE, abort], { done: "abort" }, [
    "live.pending.ready",
  ]],
  ["to fail to clean up is a warning (§3.5)", [...ACTIVE, abort], { error: "abort" }, [
    "live.pending.ready",
  ]],
  ["a task without a place is cancelled at once", [create()], cancel, ["cancelled"]],
  ["one that is worked on is aborted first", ACTIVE, cancel, ["live.givingUp"]],
  ["then it is cancelled", [...ACTIVE, cancel], { done: "abort" }, ["cancelled"]],
  ["to cancel wins over a restart", [...ACTIVE, restart, cancel], { error: "abort" }, [
    "cancelled",
  ]],
  ["its branch is merged (§7.7)", DONE, merge, ["live.merging"]],
  [
    "not before its reviews have passed (§7.6)",
    [create({ gates: ["r"] }), start, spawned, final],
    merge,
    "refused",
  ],
  ["they have (§7.6)", [create({ gates: ["r"] }), start, spawned, final, gate("r")], merge, [
    "live.merging",
  ]],
  ["unless forced (§7.6)", [create({ gates: ["r"] }), start, spawned, final], mergeForced, [
    "live.merging",
  ]],
  ["a review may pass while it is worked on (§7.6)", ACTIVE, gate("r"), ["live.active"]],
  ["merged, what it used is removed (§7.7)", MERGING, mergeDone(true), ["live.cleaning"]],
  ["merged without its file saying so, it stays open (§7.7)", MERGING, mergeDone(false), [
    "live.active",
  ]],
  ["a conflict goes back to its worker (§7.7)", MERGING, conflict, ["live.handingBack"]],
  ["who resolves it (§7.7)", [...MERGING, conflict], { done: "handBack" }, ["live.active"]],
  ["a worker that cannot be told blocks it", [...MERGING, conflict], { error: "handBack" }, [
    "live.blocked",
  ]],
  ["a merge that fails otherwise is tried again when asked for", MERGING, { error: "merge" }, [
    "live.awaitingMerge",
  ]],
  ["a merge is not left half done", MERGING, cancel, "refused"],
  ["cleaned up, it is completed (§7.7)", [...MERGING, mergeDone(true)], { done: "cleanup" }, [
    "completed",
  ]],
  ["what cannot be removed keeps it from nothing (§1.3)", [...MERGING, mergeDone(true)], {
    error: "cleanup",
  }, ["completed"]],
  [
    "completed, it takes nothing more",
    [...MERGING, mergeDone(true), { done: "cleanup" }],
    retry,
    "refused",
  ],
  ["a worker may find its done task blocked", DONE, blocking, ["live.blocked"]],
  ["a review without critical findings is done (§7.6)", REVIEW, reviewed(0), [
    "live.awaitingMerge",
  ]],
  ["one with critical findings stays failed (§7.6)", REVIEW, reviewed(2), ["live.failed"]],
  ["a review is done with its findings alone (§7.6)", REVIEW, final, "refused"],
  ["other tasks have no findings (§7.6)", ACTIVE, reviewed(0), "refused"],
  [
    "the review is run again after the fixes (§7.6)",
    [...REVIEW, reviewed(1), depend("fix"), retry],
    { done: "abort" },
    ["live.pending.waiting"],
  ],
  ["a blocked task may be given up (§7.5)", BLOCKED, fail, ["live.failed"]],
  ["and taken up again (§7.5)", [...BLOCKED, fail], retry, ["live.givingUp"]],
];

testRules(task, RULES);

function contextOf({ snapshot }: Life): TaskContext {
  return snapshot.context;
}

Deno.test("task: spawns and re-activations are attempts, and a sixth is refused (§7.5)", () => {
  const life = new Life(task).takeAll(ACTIVE);
  for (let i = 0; i < 4; i++) life.takeAll([blocking, resume, { done: "handBack" }]);
  strictEqual(contextOf(life).attempts, 5);
  life.take(blocking);
  ok(!life.can(resume) && !life.can(restart));
  life.takeAll([abort, { done: "abort" }]);
  ok(life.is("live.pending.ready") && !life.can(start) && !life.can(forced));
});

for (
  const [level, agent, prefix] of [
    ["implementation", "implementation-specialist", "feat/"],
    ["research", "poc-specialist", "research/"],
    ["review", "code-reviewer", "review/"],
    ["planning", "architect", "plan/"],
    ["decomposition", "decomposer", "plan/"],
  ] as const
) {
  Deno.test(`task: one of level ${level} is for a ${agent} (§7.4)`, () => {
    const life = new Life(task).takeAll([create({ level }), start]);
    deepStrictEqual(life.effects.get("spawn"), { taskId: "t1", agent, prefix, attempt: 1 });
  });
}

Deno.test("task: a restart keeps the worktree, an abort does not (§4.3)", () => {
  const keeps = (how: Step) =>
    Object(new Life(task).takeAll([...ACTIVE, how]).effects.get("abort"));
  strictEqual(keeps(restart).keepWorktree, true);
  strictEqual(keeps(abort).keepWorktree, false);
  deepStrictEqual(keeps(abort).place, { sessionId: "ses_1", branch: "feat/t1" });
});

for (
  const [steps, tag] of [
    [[create()], "pending"],
    [STARTING, "in-progress"],
    [ACTIVE, "in-progress"],
    [BLOCKED, "blocked"],
    [DONE, "awaiting-merge"],
    [MERGING, "awaiting-merge"],
    [[...REVIEW, reviewed(1)], "failed"],
  ] as const
) {
  const life = new Life(task).takeAll(steps);
  Deno.test(`task: others see ${life.states.at(-1)} as ${tag} (§7.2)`, () => {
    ok(life.snapshot.hasTag(tag));
  });
}

Deno.test("task: input creates it, and its output says how it ended", () => {
  const { type: _, at: __, ...facts } = create();
  const life = new Life(task, facts).take(cancel);
  deepStrictEqual(life.snapshot.output, { taskId: "t1", status: "cancelled", attempts: 0 });
});

testWildly({
  machine: task,
  schema: TaskEvent,
  events: [
    ...[create(), create({ dependsOn: ["a"], gates: ["r"] }), create({ level: "review" })],
    ...[mergedOf("a"), mergedOf("fix"), depend("fix"), hold, release, start, forced],
    ...[final, blocking, resume, restart, reviewed(0), reviewed(1), gate("r")],
    ...[merge, mergeForced, fail, retry, abort, cancel],
  ],
  starts: [ACTIVE, BLOCKED, MERGING, [...MERGING, conflict]],
  ends: {
    spawn: [spawned, { error: "spawn" }],
    merge: [mergeDone(true), mergeDone(false), conflict, { error: "merge" }],
  },
  check(life, before) {
    const context = contextOf(life);
    const ends = life.emitted.filter(({ type }) => type === "TASK_ENDED");
    ok(ends.length <= 1, "it ends once");
    strictEqual(ends.length, life.snapshot.status === "done" ? 1 : 0);
    ok(context.attempts <= 5, "never a sixth attempt");
    if (before.has("live.pending") && life.is("live.starting")) {
      strictEqual(missing(context).length, 0, "it never starts before its dependencies");
    }
    if (life.is("live.active") || life.is("live.merging")) ok(context.place !== null);
    if (life.is("live.pending")) strictEqual(context.place, null);
  },
});
