/**
 * Replays logs: what each event did, what would have been otherwise, whether what is stored agrees,
 * and capsules, which are logs in files for unit tests. Everything but reading a capsule's file and
 * following a live actor is pure.
 *
 * @example The regression test of a machine
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createMachine } from "xstate";
 * import { replayCapsule } from "./mod.ts";
 *
 * const door = createMachine({
 *   initial: "closed",
 *   states: { closed: { on: { PUSH: "open" } }, open: {} },
 * });
 * const expected = { type: "PUSH", status: "active", changes: [], emitted: [] };
 * const { difference } = await replayCapsule({
 *   capsule: 1,
 *   kind: "door",
 *   id: "front",
 *   version: 1,
 *   log: [
 *     { seq: 1, version: 1, events: [
 *       { id: "start", event: { type: "xstate.init" }, cause: { from: "start" }, at: 0 },
 *       { id: "a", event: { type: "PUSH" }, cause: { from: "caller" }, at: 0 },
 *     ] },
 *   ],
 *   expected: [
 *     { ...expected, at: "1.0", type: "xstate.init", value: "closed",
 *       changes: [{ path: "", after: {} }] },
 *     { ...expected, at: "1.1", value: "ajar" },
 *   ],
 *   end: { status: "active", value: "ajar", context: {} },
 * }, { machine: door });
 * strictEqual(difference?.at, "1.1");
 * strictEqual(difference.changes[0]?.after, "open");
 * ```
 *
 * @module
 */
export { awaitReply, type AwaitReplyOptions } from "./await_reply.ts";
export { type Capsule, createCapsule, type Expected, parseCapsule } from "./capsule.ts";
export { type Change, changesBetween } from "./changes.ts";
export { follow, type Followed, type FollowOptions, type FollowPorts } from "./follow.ts";
export { parsePlace, type Place, placeText } from "./place.ts";
export {
  type CapsuleReport,
  type Difference,
  replayCapsule,
  type ReplayWith,
} from "./replay_capsule.ts";
export { createReplayer, type Replayer, type ReplayStep } from "./replayer.ts";
export { createVerification, isSound, type Verification, type Verified } from "./verify.ts";
export { type StateView, stateView } from "./state_view.ts";
export { createWakeUp, type WakeUp } from "./_wake_up.ts";
export {
  LogEdit,
  parseEdits,
  type Untaken,
  type WhatIf,
  whatIf,
  type WhatIfOptions,
} from "./what_if.ts";
