import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Life, type Rule, testRules, testWildly } from "./_life_testing.ts";
import {
  abort,
  ACTIVE,
  approve,
  APPROVING,
  BUSY,
  call,
  called,
  CHILD,
  compact,
  contextOf,
  create,
  interrupt,
  leaked,
  MAIN,
  merged,
  message,
  notify,
  POLICED,
  progress,
  reject,
  remove,
  stepped,
  toolFailed,
  WORKING,
  worktree,
} from "./_session_testing.ts";
import { SessionEvent } from "./session_events.ts";
import { session } from "./session.ts";

// Sections of the contract on coordination.
const RULES: readonly Rule[] = [
  ["a session that nobody has created takes no message", [], message(), "refused"],
  ["without a place of work it is a main session (§1.1)", [], MAIN, [
    "alive.standing.main",
    "alive.turn.idle",
  ]],
  ["with one it is active (§1.2)", [], CHILD, ["alive.standing.active"]],
  ["a message begins a turn (§3.3)", [MAIN], message(), ["alive.turn.busy.thinking"]],
  ["a running session takes a message at its next turn (§3.3)", BUSY, message("m2"), [
    "alive.turn.busy.thinking",
  ]],
  ["a step without calls ends the turn", BUSY, stepped(), ["alive.turn.idle"]],
  ["what has come meanwhile begins the next turn (§3.3)", [...BUSY, message("m2")], stepped(), [
    "alive.turn.busy.thinking",
  ]],
  ["calls that are allowed are run (§5.3)", BUSY, stepped([call()]), ["alive.turn.busy.working"]],
  ["calls to be asked for wait (§5.3)", BUSY, stepped([call("ask")]), [
    "alive.turn.busy.approving",
  ]],
  ["calls that are never allowed are run to be refused (§5.3)", BUSY, stepped([call("never")]), [
    "alive.turn.busy.working",
  ]],
  ["approved, they run (§5.3)", APPROVING, approve, ["alive.turn.busy.working"]],
  ["rejected, the model is told by running the rest (§5.3)", APPROVING, reject, [
    "alive.turn.busy.working",
  ]],
  ["nobody decides on a call that is not asked for", WORKING, approve, "refused"],
  ["after its calls the model goes on", WORKING, { done: "runTools" }, [
    "alive.turn.busy.thinking",
  ]],
  ["a step that fails ends the turn", BUSY, { error: "step" }, ["alive.turn.idle"]],
  ["tools that cannot be run end the turn", WORKING, { error: "runTools" }, ["alive.turn.idle"]],
  ["an interrupted turn is over (§3.5)", WORKING, interrupt(), ["alive.turn.idle"]],
  ["an idle session has nothing to interrupt", [MAIN], interrupt(), "refused"],
  [
    "the last step that a role allows ends the turn (§5.3)",
    [
      ...[...BUSY, stepped([call()]), { done: "runTools" }],
      ...[stepped([call()]), { done: "runTools" }],
    ],
    stepped([call()]),
    ["alive.turn.idle"],
  ],
  ["a full context is compacted (§6.4)", BUSY, stepped([], 800), ["alive.turn.compacting"]],
  ["one token less is not (§6.4)", BUSY, stepped([], 799), ["alive.turn.idle"]],
  ["a full context is compacted between two steps (§6.4)", [...BUSY, stepped([call()], 800)], {
    done: "runTools",
  }, ["alive.turn.compacting"]],
  [
    "the turn goes on after that (§6.4)",
    [
      ...[...BUSY, stepped([call()], 800), { done: "runTools" }],
    ],
    { done: "compact", output: { usedTokens: 10 } },
    ["alive.turn.busy.thinking"],
  ],
  ["what did not fit is compacted and made again (§6.4)", BUSY, stepped([], 800, true), [
    "alive.turn.compacting",
  ]],
  ["a compaction on demand needs half a context (§6.4)", [...BUSY, stepped([], 500)], compact, [
    "alive.turn.compacting",
  ]],
  ["it is refused at 49 % (§8.14)", [...BUSY, stepped([], 494)], compact, "refused"],
  ["a compaction that fails is not tried again at once", [...BUSY, stepped([], 900)], {
    error: "compact",
  }, ["alive.turn.idle"]],
  ["a compaction can be interrupted", [...BUSY, stepped([], 900)], interrupt(), [
    "alive.turn.idle",
  ]],
  ["to abort a main session ends its turn alone (§3.5)", BUSY, abort, [
    "alive.turn.idle",
    "alive.standing.main",
  ]],
  ["to abort a coordinated one ends it (§3.5)", ACTIVE, abort, [
    "alive.turn.stopped",
    "alive.standing.aborted",
  ]],
  ["to abort an idle one, too", [CHILD], abort, ["alive.turn.stopped", "alive.standing.aborted"]],
  ["an aborted session takes no message (§3.3)", [CHILD, abort], message(), "refused"],
  ["nor does it notify", [CHILD, abort], notify("info"), "refused"],
  ["progress ends nothing (§3.4)", ACTIVE, notify("info"), ["alive.standing.active"]],
  ["nor does a warning (§3.4)", ACTIVE, notify("warning"), ["alive.standing.active"]],
  ["what is final completes (§3.4)", ACTIVE, notify("info", true), ["alive.standing.completed"]],
  ["what blocks fails, final or not (§3.4)", ACTIVE, notify("blocking", true), [
    "alive.standing.failed",
  ]],
  [
    "a message to a failed session sets it active again (§3.4)",
    [CHILD, notify("blocking")],
    message(),
    ["alive.standing.active", "alive.turn.busy.thinking"],
  ],
  ["a message to a completed one does not (§3.4)", [CHILD, notify("info", true)], message(), [
    "alive.standing.completed",
  ]],
  [
    "a completed one may still find that it is blocked",
    [CHILD, notify("info", true)],
    notify("blocking"),
    ["alive.standing.failed"],
  ],
  ["a merge completes (§3.6)", ACTIVE, merged, ["alive.standing.completed"]],
  ["also what had failed (§3.6)", [CHILD, notify("blocking")], merged, [
    "alive.standing.completed",
  ]],
  [
    "a session without a parent notifies nobody (§3.4)",
    [create({ worktree })],
    notify("info"),
    "refused",
  ],
  ["a main session notifies nobody (§3.4)", [MAIN], notify("info"), "refused"],
  ["its parent is told at once (§3.4)", ACTIVE, notify("info"), ["alive.outbox.telling"]],
  ["one notice after the other", [CHILD, notify("info"), notify("warning")], {
    done: "tellParent",
  }, ["alive.outbox.telling"]],
  ["a parent that cannot be told stops nothing (§4.3)", [CHILD, notify("info")], {
    error: "tellParent",
  }, ["alive.outbox.quiet"]],
  ["deleted, it is over (§4.1)", BUSY, remove, ["deleted"]],
];

testRules(session, RULES);

Deno.test("session: a step is given all messages that have come, each once", () => {
  const life = new Life(session).takeAll([...BUSY, message("m2"), message("m3")]);
  const ids = () => contextOf(life).taken.map(({ messageId }) => messageId);
  deepStrictEqual(ids(), ["msg_m1"]);
  life.take(stepped());
  deepStrictEqual(ids(), ["msg_m2", "msg_m3"]);
  const { messages }: { messages: { messageId: string }[] } = Object(life.effects.get("step"));
  deepStrictEqual(messages.map(({ messageId }) => messageId), ids());
});

Deno.test("session: after an overflow the step is made again with the same messages (§6.4)", () => {
  const life = new Life(session).takeAll([
    ...[...BUSY, stepped([], 800, true), message("m2")],
    { done: "compact", output: { usedTokens: 5 } },
  ]);
  deepStrictEqual(contextOf(life).taken.map(({ messageId }) => messageId), ["msg_m1", "msg_m2"]);
});

Deno.test("session: whoever decided on a call is told to those who run it", () => {
  const life = new Life(session).takeAll([...APPROVING, reject]);
  deepStrictEqual(Object(life.effects.get("runTools")).decided, {
    c1: { approved: false, by: "ada" },
  });
});

Deno.test("session: messages that wait are bounded", () => {
  const life = new Life(session).takeAll(BUSY);
  for (let i = 0; i < 100; i++) life.take(message(`x${i}`));
  ok(!life.can(message("one more")));
});

Deno.test("session: completedAt is set with the end and taken back with a new start (§1.2)", () => {
  const life = new Life(session).takeAll([CHILD, notify("blocking")]);
  strictEqual(contextOf(life).completedAt, 2);
  strictEqual(contextOf(life.take(message())).completedAt, null);
});

Deno.test("session: the end of its steps is told to its parent as a warning (§5.3)", () => {
  const life = new Life(session).takeAll([CHILD, message()]);
  for (let i = 0; i < 2; i++) life.takeAll([stepped([call()]), { done: "runTools" }]);
  life.take(stepped([call()]));
  deepStrictEqual(contextOf(life).outbox, [{
    kind: "limit",
    level: "warning",
    code: "LIMIT_EXCEEDED",
  }]);
  strictEqual(contextOf(life).problem?.code, "LIMIT_EXCEEDED");
});

testWildly({
  machine: session,
  schema: SessionEvent,
  events: [
    ...[MAIN, CHILD, POLICED("restart"), message("m1"), message("m2")],
    ...[notify("info"), notify("info", true), notify("blocking")],
    ...[approve, reject, interrupt("m1"), interrupt("m2"), compact, abort, merged, remove],
    ...[progress, called("c1"), called("c2", "c2", "tool"), toolFailed("c1"), leaked],
  ],
  starts: [ACTIVE, APPROVING, WORKING, [POLICED("restart"), message(), leaked]],
  ends: {
    step: [
      ...[stepped(), stepped([call()]), stepped([call("ask")]), stepped([], 900)],
      ...[stepped([call()], 600), stepped([], 900, true), { error: "step" }],
    ],
    compact: [{ done: "compact", output: { usedTokens: 10 } }, { error: "compact" }],
  },
  check(life, before) {
    const { queue, outbox, completedAt } = contextOf(life);
    if (before.has("deleted")) ok(life.is("deleted"), "deleted is for good");
    if (before.has("alive.standing.aborted")) {
      ok(life.is("deleted") || life.is("alive.standing.aborted"), "aborted is for good");
    }
    strictEqual(life.is("alive.standing.aborted"), life.is("alive.turn.stopped"));
    strictEqual(life.effects.has("step"), life.is("alive.turn.busy.thinking"));
    strictEqual(life.effects.has("runTools"), life.is("alive.turn.busy.working"));
    if (life.is("alive.standing.active")) strictEqual(completedAt, null);
    if (life.is("alive.outbox.quiet")) strictEqual(outbox.length, 0);
    if (life.is("alive.turn.stopped")) strictEqual(queue.length, 0, "it keeps no message");
    if (life.is("alive.turn.idle")) strictEqual(queue.length, 0);
  },
});
