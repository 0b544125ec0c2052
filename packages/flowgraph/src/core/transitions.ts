/**
 * The ways in which nodes change, and what each change does to others.
 *
 * @module
 */
import type { CallErrorInfo } from "../schema/call.ts";
import type { Block } from "../template/model.ts";
import { blockedError, causeOf, normaliseError } from "./errors.ts";
import { mayRetry, retryDelay } from "./retry.ts";
import {
  compareOrder,
  count,
  type Frame,
  isOptional,
  type Run,
  type RunNode,
  successorsOf,
} from "./run.ts";
import { isSettledStatus, type NodeState, type NodeStatus } from "./state.ts";

type Change = Partial<Omit<NodeState, "status">>;

/** The request of a node's present attempt. */
export function requestOf({ state }: RunNode): string | undefined {
  return state.requestIds.at(-1);
}

/** Key of the timer that ends the delay after an attempt. */
export function retryKey(node: RunNode): string {
  return `retry:${node.id}:${node.state.attempt}`;
}

function closeTimers(run: Run, node: RunNode): void {
  const { retryAt, timeoutAt } = node.state;
  const keys = [
    ...(retryAt === undefined ? [] : [retryKey(node)]),
    ...(timeoutAt === undefined ? [] : [`timeout:${requestOf(node)}`]),
  ];
  for (const key of keys) {
    if (key !== run.firing) run.commands.push({ type: "unschedule", key });
  }
}

/** Gives a node another status. Timers and its place in line belong to the status it leaves. */
export function change(run: Run, node: RunNode, status: NodeStatus, extra: Change = {}): void {
  closeTimers(run, node);
  count(run, node, -1);
  const { readyNumber: _ready, retryAt: _retry, timeoutAt: _timeout, ...kept } = node.state;
  node.state = { ...kept, status, ...extra };
  count(run, node, 1);
  run.dirty.add(node);
}

/** A node is through: those that waited for it may go. */
export function complete(run: Run, node: RunNode, output: unknown, extra: Change = {}): void {
  const at = run.head.at;
  const { error: _error, ...state } = node.state;
  node.state = state;
  change(run, node, "completed", {
    startedAt: state.startedAt ?? at,
    endedAt: at,
    ...(output !== undefined && { output }),
    ...extra,
  });
  release(run, node);
}

/** Lets the successors of a node go. */
function release(run: Run, node: RunNode): void {
  for (const next of successorsOf(node)) {
    next.missing--;
    if (next.missing === 0 && next.state.status === "waiting") run.released.push(next);
  }
}

/** A node will not be needed; only its join takes notice. */
export function skip(run: Run, frame: Frame, block: Block): void {
  for (let i = block.start; i < block.end; i++) {
    const node = frame.nodes[i];
    // A single node may have been aborted before its branch was reached.
    if (node === undefined || isSettledStatus(node.state.status)) continue;
    change(run, node, "skipped", { endedAt: run.head.at });
  }
  const exit = frame.nodes[block.exit];
  if (exit?.state.status === "skipped") release(run, exit);
}

/** A node failed for good. */
export function fail(run: Run, node: RunNode, error: CallErrorInfo): void {
  change(run, node, "failed", { endedAt: run.head.at, error });
  if (isOptional(node)) return release(run, node);
  block(run, node);
  abortSiblings(run, node);
}

/** An attempt failed: it is repeated, at once or later, or the node failed. */
export function failAttempt(run: Run, node: RunNode, error: CallErrorInfo): void {
  let isRepeated: boolean;
  try {
    isRepeated = !run.head.abort && mayRetry(node, error);
  } catch (thrown) {
    const reason = `retryOn threw: ${normaliseError(thrown).message}`;
    const message = `Cannot repeat ${node.id} after "${error.message}": ${reason}`;
    return fail(run, node, { ...error, message });
  }
  if (!isRepeated) return fail(run, node, error);
  const delay = retryDelay(node);
  if (delay === 0) {
    change(run, node, "ready", { error });
    run.released.push(node);
    return;
  }
  const retryAt = run.head.at + delay;
  change(run, node, "ready", { error, retryAt });
  run.commands.push({ type: "schedule", key: retryKey(node), at: retryAt });
}

/** Ends a node from outside; a running call is cancelled. */
export function abortNode(run: Run, node: RunNode, error: CallErrorInfo): void {
  const requestId = node.state.status === "running" ? requestOf(node) : undefined;
  if (requestId !== undefined) {
    run.commands.push({ type: "cancel", requestId, reason: error.message });
  }
  change(run, node, "aborted", { endedAt: run.head.at, error });
}

/**
 * Aborts what depends on a node that did not complete. Of several causes a node names the first in
 * template order, whichever came first in time, so that the end does not depend on the order of
 * events: a later failure may therefore rewrite the cause.
 */
export function block(run: Run, cause: RunNode): void {
  const stack = [cause];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const next of successorsOf(node)) {
      if (isSettledStatus(next.state.status) && !isBlockedLater(run, next, cause)) continue;
      const error = blockedError(next.id, cause.id);
      const endedAt = next.state.endedAt ?? run.head.at;
      change(run, next, "aborted", { endedAt, error });
      stack.push(next);
    }
  }
}

/** Whether a node is blocked by something that comes after `cause` in template order. */
function isBlockedLater(run: Run, node: RunNode, cause: RunNode): boolean {
  const known = run.nodes.get(causeOf(node.state.error) ?? "");
  return node.state.status === "aborted" && known !== undefined && compareOrder(cause, known) < 0;
}

/** Where a failure ends the other children of a `Parallel`, it ends them at once. */
function abortSiblings(run: Run, failed: RunNode): void {
  for (let at: RunNode | undefined = failed; at; at = at.frame.outer?.map) {
    const { frame } = at;
    for (let child = at.template.block; child.parent; child = child.parent) {
      if (child.parent.props.onFailure !== "abort") continue;
      for (const sibling of child.parent.children) {
        if (sibling !== child) abortBlock(run, frame, { block: sibling, failed });
      }
    }
  }
}

function abortBlock(
  run: Run,
  frame: Frame,
  { block, failed }: { block: Pick<Block, "start" | "end">; failed: RunNode },
): void {
  for (let i = block.start; i < block.end; i++) {
    const node = frame.nodes[i];
    if (node === undefined) continue;
    const { status } = node.state;
    const isSpared = status === "running" && run.head.failurePolicy === "continue-running";
    if (!isSettledStatus(status) && !isSpared) {
      abortNode(run, node, {
        code: "ABORTED",
        message: `Cannot finish ${node.id}: ${failed.id} failed beside it`,
      });
    }
    for (const inner of node.frames ?? []) {
      abortBlock(run, inner, { block: inner.scope.root, failed });
    }
  }
}
