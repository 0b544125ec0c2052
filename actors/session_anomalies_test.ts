import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Life, type Step } from "./_life_testing.ts";
import {
  ACTIVE,
  anomalies,
  APPROVING,
  BUSY,
  called,
  contextOf,
  create,
  interrupt,
  leaked,
  leakOf,
  MAIN,
  message,
  POLICED,
  progress,
  toolFailed,
  WORKING,
} from "./_session_testing.ts";
import { session } from "./session.ts";

Deno.test("session: the fifth tool error fires, the fourth does not, and counting starts again (§8.8)", () => {
  const life = new Life(session).takeAll(BUSY);
  for (const id of ["1", "2", "3", "4"]) life.take(toolFailed(id));
  deepStrictEqual(anomalies(life), []);
  life.take(toolFailed("4"));
  deepStrictEqual(anomalies(life), [], "a part is counted once");
  life.take(toolFailed("5"));
  deepStrictEqual(anomalies(life), ["HIGH_ERROR_COUNT"]);
  for (const id of ["6", "7", "8", "9"]) life.take(toolFailed(id));
  strictEqual(anomalies(life).length, 1);
  strictEqual(anomalies(life.take(toolFailed("10"))).length, 2);
});

Deno.test("session: one malformed tool call fires (§4.2)", () => {
  const life = new Life(session).takeAll([...BUSY, called("c1", "h", "tool")]);
  deepStrictEqual(anomalies(life), ["MODEL_DEGRADATION"]);
});

Deno.test("session: five equal calls running are a loop, four are not, another one between resets (§8.16)", () => {
  const life = new Life(session).takeAll(BUSY);
  const same = (n: number) => Array.from({ length: n }, (_, i) => called(`c${i}`, "same"));
  life.takeAll([...same(4), called("other"), ...same(4)]);
  deepStrictEqual(anomalies(life), []);
  deepStrictEqual(anomalies(life.takeAll(same(1))), ["TOOL_LOOP"]);
});

Deno.test("session: more than a minute of busy silence is a stall, once a minute or so (§8.8)", () => {
  const life = new Life(session).takeAll(BUSY);
  const check: Step = { due: "stallCheck" };
  deepStrictEqual(anomalies(life.takeAll([check, check])), []);
  deepStrictEqual(anomalies(life.take(check)), ["SESSION_STALL"]);
  strictEqual(anomalies(life.takeAll([check, check])).length, 1);
  strictEqual(anomalies(life.take(check)).length, 2);
  ok(life.effects.has("step"), "the step goes on: nothing was done to it");
});

Deno.test("session: a sign of life between two checks is no stall", () => {
  const check: Step = { due: "stallCheck" };
  const life = new Life(session).takeAll([...BUSY, check, check, progress, check, check]);
  deepStrictEqual(anomalies(life), []);
});

Deno.test("session: nobody looks for silence in one that is idle, waits for approval or runs tools (§4.3)", () => {
  for (const steps of [[MAIN], APPROVING, WORKING]) {
    strictEqual(new Life(session).takeAll(steps).timers.size, 0);
  }
});

Deno.test("session: a second turn that somebody aborts is told of (§4.2)", () => {
  const life = new Life(session).takeAll([...BUSY, interrupt("m1"), message("m2")]);
  deepStrictEqual(anomalies(life.take(interrupt("m2"))), ["REPEATED_ABORT"]);
});

Deno.test("session: a leak is counted once per message (§4.2)", () => {
  deepStrictEqual(anomalies(new Life(session).takeAll([...BUSY, leaked, leaked])), ["TOKEN_LEAK"]);
});

Deno.test("session: without a policy an anomaly changes nothing, and the parent is told (§8.15)", () => {
  const life = new Life(session).takeAll([...ACTIVE, leaked]);
  ok(life.is("alive.turn.busy") && life.is("alive.standing.active"));
  const [notice] = contextOf(life).outbox;
  deepStrictEqual(notice, {
    kind: "anomaly",
    anomaly: { type: "TOKEN_LEAK", severity: "medium", count: 1 },
    at: 13,
    action: "notify",
  });
});

Deno.test("session: a policy acts at most as often as it may, and says so (§8.15)", () => {
  const life = new Life(session).takeAll([
    ...[POLICED("message", 2), message(), leakOf("a"), leakOf("b"), leakOf("c")],
  ]);
  deepStrictEqual(contextOf(life).queue.map(({ from }) => from), ["detector", "detector"]);
  const actions = contextOf(life).outbox.map((one) => one.kind === "anomaly" && one.action);
  deepStrictEqual(actions, ["message", "message", "notify"]);
});

Deno.test("session: a policy may abort, which its own log says", () => {
  const life = new Life(session).takeAll([POLICED("abort"), message(), leaked]);
  ok(life.is("alive.standing.aborted") && life.is("alive.turn.stopped"));
});

Deno.test("session: a policy may restart: aborted, and spawned again once its parent knows (§4.3)", () => {
  const life = new Life(session).takeAll([POLICED("restart"), message(), leaked]);
  ok(life.is("alive.standing.aborted") && life.is("alive.outbox.telling"));
  ok(life.take({ done: "tellParent" }).is("alive.outbox.restarting"));
  ok(life.take({ done: "spawnAgain" }).is("alive.outbox.quiet"));
});

Deno.test("session: a threshold of 0 is switched off (§4.2)", () => {
  const thresholds = {
    ...{ malformedTools: 0, toolErrors: 0, silentChecks: 0, tokenLeaks: 0 },
    ...{ abortedMessages: 0, repeatedCalls: 0 },
  };
  const life = new Life(session).takeAll([create({ thresholds }), message(), leaked]);
  deepStrictEqual(anomalies(life), []);
});
