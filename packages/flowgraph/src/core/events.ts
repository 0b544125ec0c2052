/**
 * What each event does to a run.
 *
 * @module
 */
import { unwrapResponse } from "../graph/call_evidence.ts";
import { propagate } from "./propagate.ts";
import { inOrder, type Run, type RunNode } from "./run.ts";
import { isSettledStatus, isTime, type WorkflowEvent } from "./state.ts";
import {
  abortNode,
  block,
  change,
  complete,
  failAttempt,
  requestOf,
  retryKey,
} from "./transitions.ts";

/** The node whose present attempt has this request id, if it is running. */
function runningNode(run: Run, requestId: string): RunNode | undefined {
  const prefix = `${run.head.id}/`;
  if (!requestId.startsWith(prefix)) return undefined;
  const node = run.nodes.get(requestId.slice(prefix.length, requestId.lastIndexOf("/")));
  return node?.state.status === "running" && requestOf(node) === requestId ? node : undefined;
}

function start(run: Run, input: unknown): void {
  const { deadline, at } = run.head;
  run.head = {
    ...run.head,
    status: "running",
    startedAt: at,
    ...(input !== undefined && { input }),
  };
  if (deadline !== undefined) {
    run.commands.push({ type: "schedule", key: "deadline", at: deadline });
  }
  for (const node of run.nodes.values()) {
    change(run, node, "waiting");
    if (node.missing === 0) run.released.push(node);
  }
}

function abort(run: Run, { code = "ABORTED", message }: { code?: string; message: string }): void {
  const { deadline, status: before } = run.head;
  // Running nodes may still finish, however long they take: the deadline has no more to end.
  if (deadline !== undefined && before === "running" && run.firing !== "deadline") {
    run.commands.push({ type: "unschedule", key: "deadline" });
  }
  run.head = { ...run.head, abort: { code, message } };
  const isPatient = run.head.failurePolicy === "continue-running";
  for (const node of inOrder(run.root)) {
    const { status } = node.state;
    if (isSettledStatus(status) || isPatient && status === "running") continue;
    abortNode(run, node, { code, message: `Cannot finish ${node.id}: ${message}` });
  }
}

function timeOut(run: Run, node: RunNode, requestId: string): void {
  const { timeoutMs } = node.template.block.props;
  const message = `Cannot finish ${node.id}: no answer within ${timeoutMs} ms`;
  run.commands.push({ type: "cancel", requestId, reason: message });
  failAttempt(run, node, { code: "TIMEOUT", message });
}

type Apply = () => void;

function timer(run: Run, key: string): Apply | undefined {
  if (key === "deadline") {
    if (run.head.deadline === undefined || run.head.abort) return undefined;
    return () => abort(run, { code: "TIMEOUT", message: "the workflow's deadline has passed" });
  }
  if (key.startsWith("timeout:")) {
    const requestId = key.slice("timeout:".length);
    const node = runningNode(run, requestId);
    if (node?.state.timeoutAt === undefined) return undefined;
    return () => timeOut(run, node, requestId);
  }
  const node = run.nodes.get(key.slice("retry:".length, key.lastIndexOf(":")));
  if (node?.state.retryAt === undefined || retryKey(node) !== key) return undefined;
  return () => {
    change(run, node, "ready");
    run.released.push(node);
  };
}

function single(run: Run, nodeId: string, reason: string): Apply | undefined {
  const node = run.nodes.get(nodeId);
  if (node === undefined || isSettledStatus(node.state.status)) return undefined;
  return () => {
    run.head = { ...run.head, nodeAborted: true };
    abortNode(run, node, { code: "ABORTED", message: `Cannot finish ${nodeId}: ${reason}` });
    block(run, node);
  };
}

/** What an event would do; undefined where it is about nothing that is open. */
function effectOf(run: Run, event: WorkflowEvent): Apply | undefined {
  const { head } = run;
  if (event.type === "start") {
    return head.status === "idle" ? () => start(run, event.input) : undefined;
  }
  if (isSettledStatus(head.status)) return undefined;
  switch (event.type) {
    case "abort": {
      const { code, reason: message = "the workflow was aborted" } = event;
      return head.abort ? undefined : () => abort(run, { ...(code && { code }), message });
    }
    case "abortNode":
      return single(run, event.nodeId, event.reason ?? "the node was aborted");
    case "timer.fired":
      return head.status === "running" ? timer(run, event.key) : undefined;
    case "node.succeeded": {
      const node = runningNode(run, event.requestId);
      return node && (() => complete(run, node, unwrapResponse(event.output)));
    }
    case "node.failed": {
      const node = runningNode(run, event.requestId);
      return node && (() => failAttempt(run, node, event.error));
    }
  }
}

/**
 * Applies one event; returns whether it changed anything.
 *
 * @throws {TypeError} if its time is none: every later time would be none either.
 */
export function applyEvent(run: Run, event: WorkflowEvent): boolean {
  if (!isTime(event.at)) {
    throw new TypeError(
      `Cannot step workflow ${run.head.id}: time of ${event.type} is ${event.at}`,
    );
  }
  const apply = effectOf(run, event);
  if (apply === undefined) return false;
  // An earlier time is taken as the last one: time never runs backwards.
  run.head = { ...run.head, at: Math.max(run.head.at, event.at) };
  run.firing = event.type === "timer.fired" ? event.key : undefined;
  apply();
  propagate(run);
  run.firing = undefined;
  return true;
}
