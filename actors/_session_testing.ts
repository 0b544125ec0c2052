/** What can happen to a session, in the words of its tests; for tests. */
import type { Life, Step } from "./_life_testing.ts";
import type { Call, SessionContext } from "./session_context.ts";

export const facts = {
  sessionId: "ses_1",
  role: { name: "implementation-specialist", version: 3 },
  directory: "work",
  context: { limit: 1_000, usable: 800 },
  maxSteps: 3,
};
export const worktree = { path: ".worktrees/feat/a", branch: "feat/a", task: "a" };
export const create = (more: object = {}) => ({ type: "CREATE", ...facts, ...more, at: 0 });
export const MAIN = create(), CHILD = create({ parentId: "ses_0", worktree });
export const message = (id = "m1") => ({
  type: "MESSAGE",
  messageId: `msg_${id}`,
  text: "go on",
  at: 1,
});
export const notify = (level: string, final?: boolean) => ({
  type: "NOTIFY",
  level,
  message: "so it is",
  ...(final === undefined ? {} : { final }),
  at: 2,
});
export const interrupt = (id = "m1") => ({ type: "INTERRUPT", messageId: id, at: 3 });
export const abort = { type: "ABORT", reason: "enough", at: 4 },
  compact = { type: "COMPACT", at: 5 };
export const merged = { type: "MERGED", at: 6 }, remove = { type: "DELETE", at: 7 };
export const approve = { type: "APPROVE", callId: "c1", by: "ada", at: 8 };
export const reject = { type: "REJECT", callId: "c1", by: "ada", at: 9 };
export const progress = { type: "PROGRESS", at: 10 };
export const called = (id = "c1", inputHash = id, tool = "fs.read") => ({
  type: "TOOL_CALLED",
  callId: id,
  tool,
  inputHash,
  at: 11,
});
export const toolFailed = (callId = "c1") => ({ type: "TOOL_FAILED", callId, at: 12 });
export const leaked = { type: "TOKEN_LEAKED", messageId: "m1", at: 13 };

export const call = (rule: Call["rule"] = "always"): Call => ({
  callId: "c1",
  tool: "fs.read",
  rule,
});
export const stepped = (calls: readonly Call[] = [], usedTokens = 100, overflow = false) => ({
  done: "step",
  output: { calls, usedTokens, overflow },
});

export const BUSY: Step[] = [MAIN, message()];
export const WORKING: Step[] = [...BUSY, stepped([call()])];
export const APPROVING: Step[] = [...BUSY, stepped([call("ask")])];
export const ACTIVE: Step[] = [CHILD, message()];

export const POLICED = (action: string, maxTimes?: number) =>
  create({
    parentId: "ses_0",
    worktree,
    policies: [{ type: "TOKEN_LEAK", action, ...(maxTimes === undefined ? {} : { maxTimes }) }],
  });
export const leakOf = (messageId: string) => ({ ...leaked, messageId });

export function contextOf({ snapshot }: Life): SessionContext {
  return snapshot.context;
}

export function anomalies({ emitted }: Life): string[] {
  return emitted.filter(({ type }) => type === "SESSION_ANOMALY").map(({ anomaly }) =>
    anomaly.type
  );
}
