/**
 * From one change to rest: structural nodes settle, operations get in line, permits are given out.
 *
 * @module
 */
import { normaliseError } from "./errors.ts";
import { compareOrder, exitOf, inOrder, type Run, type RunNode } from "./run.ts";
import { allResults, inputOf } from "./scope.ts";
import type { WorkflowCommand, WorkflowResult } from "./state.ts";
import { settleStructural } from "./structure.ts";
import { change, fail } from "./transitions.ts";

/** Goes on until nothing more happens by itself. */
export function propagate(run: Run): void {
  do {
    enqueue(run, settleReleased(run));
    launchAll(run);
  } while (run.released.length > 0);
  settle(run);
}

/** Settles structural nodes; returns the operations that became ready on the way. */
function settleReleased(run: Run): RunNode[] {
  const operations: RunNode[] = [];
  for (let i = 0; i < run.released.length; i++) {
    const node = run.released[i];
    if (node === undefined || !isWaiting(node)) continue;
    if (node.template.kind === "operation") operations.push(node);
    else settleStructural(run, node);
  }
  run.released.length = 0;
  return operations;
}

function isWaiting({ state }: RunNode): boolean {
  return state.status === "waiting" ||
    state.status === "ready" && state.readyNumber === undefined && state.retryAt === undefined;
}

function enqueue(run: Run, operations: RunNode[]): void {
  for (const node of operations.sort(compareOrder)) {
    if (!isWaiting(node)) continue;
    const readyNumber = run.head.nextReady;
    run.head = { ...run.head, nextReady: readyNumber + 1 };
    change(run, node, "ready", { readyNumber });
    run.lines.push(node, readyNumber);
  }
}

function launchAll(run: Run): void {
  for (let node = run.lines.take(); node; node = run.lines.take()) launch(run, node);
}

function launch(run: Run, node: RunNode): void {
  let input: unknown;
  try {
    input = inputOf(run, node);
  } catch (thrown) {
    const message = `Cannot make the input of ${node.id}: ${normaliseError(thrown).message}`;
    return fail(run, node, { code: "INPUT_ERROR", message });
  }
  const { at } = run.head;
  const attempt = node.state.attempt + 1;
  const requestId = `${run.head.id}/${node.id}/${attempt}`;
  const { timeoutMs } = node.template.block.props;
  const timeoutAt = typeof timeoutMs === "number" ? at + timeoutMs : undefined;
  change(run, node, "running", {
    attempt,
    requestIds: [...node.state.requestIds, requestId],
    startedAt: node.state.startedAt ?? at,
    ...(timeoutAt !== undefined && { timeoutAt }),
  });
  run.commands.push(invokeCommand(run, node, input));
  if (timeoutAt !== undefined) {
    run.commands.push({ type: "schedule", key: `timeout:${requestId}`, at: timeoutAt });
  }
}

/** The command that starts the present attempt of a running node. */
export function invokeCommand(run: Run, node: RunNode, input: unknown): WorkflowCommand {
  const { id, identity, deadline } = run.head;
  const { attempt, requestIds, timeoutAt } = node.state;
  const limit = Math.min(deadline ?? Infinity, timeoutAt ?? Infinity);
  return {
    type: "invoke",
    requestId: requestIds.at(-1) ?? "",
    operationId: String(node.template.block.props.name),
    input,
    nodeId: node.id,
    attempt,
    parentRequestId: id,
    ...(limit !== Infinity && { deadline: limit }),
    ...(identity !== undefined && { identity }),
  };
}

/** What a run that is at its end came to. */
export function resultOf(run: Run): WorkflowResult {
  const { status } = run.head;
  const ended = [...inOrder(run.root)].filter(({ state }) =>
    state.error !== undefined && (state.status === "failed" || state.status === "aborted")
  );
  return {
    status: status === "completed" || status === "failed" ? status : "aborted",
    output: status === "completed" ? exitOf(run.root).state.output : undefined,
    results: allResults(run),
    errors: ended.flatMap(({ id, state: { error } }) => error ? [{ nodeId: id, error }] : []),
  };
}

/** Ends the workflow once no node is open. */
function settle(run: Run): void {
  if (run.open > 0) return;
  const { abort, nodeAborted, deadline, at } = run.head;
  const status = abort || nodeAborted ? "aborted" : run.failures > 0 ? "failed" : "completed";
  run.head = { ...run.head, status, endedAt: at };
  if (deadline !== undefined && !abort) {
    run.commands.push({ type: "unschedule", key: "deadline" });
  }
  run.commands.push({ type: "settled", result: resultOf(run) });
}
