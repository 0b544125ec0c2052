/**
 * Taking up a workflow whose calls cannot be found again.
 *
 * @module
 */
import type { CompiledTemplate } from "../template/model.ts";
import { propagate } from "./propagate.ts";
import { inOrder, isSatisfied, predecessorsOf, type Run, type RunNode } from "./run.ts";
import type { NodeState, WorkflowCommand, WorkflowState } from "./state.ts";
import { moveRun, pendingCommands, runAt, type TracedStep } from "./workflow.ts";

/** What becomes of nodes that were not through. */
export interface ResumeOptions {
  /** Whether failed and aborted nodes start over. Default: false, they stay as they are. */
  readonly retryFailed?: boolean;
  /** Whether running nodes keep their attempt. Default: false, they begin a new one. */
  readonly reattach?: boolean;
}

function startsOver({ state }: RunNode, { retryFailed, reattach }: ResumeOptions): boolean {
  switch (state.status) {
    case "idle":
    case "completed":
    case "skipped":
      return false;
    case "failed":
    case "aborted":
      return retryFailed === true;
    case "running":
      return reattach !== true;
    default:
      return true;
  }
}

/** A node as if it had not been reached; its attempts stay numbered, but count no more if it ended. */
function fresh({ status, attempt, requestIds, forgiven }: NodeState): NodeState {
  const hasEnded = status === "failed" || status === "aborted";
  const spared = hasEnded ? attempt : forgiven;
  return {
    status: "waiting",
    attempt,
    requestIds,
    ...(spared !== undefined && { forgiven: spared }),
  };
}

/** Gives the run's head the status from which resetting nodes goes on. */
function reopen(
  { abort: _a, nodeAborted: _n, endedAt: _e, ...head }: WorkflowState,
): WorkflowState {
  return { ...head, status: "running" };
}

function releaseAll(run: Run): void {
  for (const node of inOrder(run.root)) {
    if (node.state.status !== "waiting") continue;
    if ([...predecessorsOf(node)].every(isSatisfied)) run.released.push(node);
  }
}

/**
 * Lets a state that was stored while calls were running go on: completed and skipped nodes stay,
 * others start over as the options say.
 *
 * @throws {TemplateError} if the state belongs to another template.
 */
export function resumeWorkflow(
  compiled: CompiledTemplate,
  state: WorkflowState,
  { at, ...options }: ResumeOptions & { at: number },
): TracedStep {
  const nothing: TracedStep = { state, commands: [], changed: [] };
  const isOpen = state.status === "running" || options.retryFailed === true;
  const nodes = [...runAt(compiled, state).nodes.values()];
  const reset = nodes.filter((node) => isOpen && startsOver(node, options)).map(({ id }) => id);
  if (state.status === "idle" || reset.length === 0) return nothing;
  const open = resetNodes(compiled, state, reset);
  return moveRun(compiled, open, (run) => {
    run.head = { ...run.head, at: Math.max(run.head.at, at) };
    const { deadline } = run.head;
    if (deadline !== undefined) {
      run.commands.push({ type: "schedule", key: "deadline", at: deadline });
    }
    releaseAll(run);
    propagate(run);
    return true;
  });
}

/** How a workflow is taken up. */
export interface ResumePlan {
  readonly step: TracedStep;
  /** What was under way and still is. */
  readonly outstanding: readonly WorkflowCommand[];
  /** Requests of calls that nobody will hear of any more. */
  readonly abandoned: readonly string[];
}

/**
 * Says what has to be done to go on from a stored state.
 *
 * @throws {TemplateError} if the state belongs to another template.
 */
export function planResume(
  compiled: CompiledTemplate,
  state: WorkflowState,
  options: ResumeOptions & { at: number },
): ResumePlan {
  const calls = pendingCommands(compiled, state);
  const step = resumeWorkflow(compiled, state, options);
  if (!options.reattach) {
    const abandoned = calls.flatMap((command) =>
      command.type === "invoke" ? [command.requestId] : []
    );
    return { step, outstanding: [], abandoned };
  }
  // Delayed repetitions start over by themselves.
  const outstanding = calls.filter((command) =>
    command.type !== "schedule" || !command.key.startsWith("retry:")
  );
  return { step, outstanding, abandoned: [] };
}

/** Lets every node go that waits for nothing any more. */
export function settleAgain(compiled: CompiledTemplate, state: WorkflowState): TracedStep {
  return moveRun(compiled, state, (run) => {
    releaseAll(run);
    propagate(run);
    return true;
  });
}

function resetNodes(
  compiled: CompiledTemplate,
  state: WorkflowState,
  ids: readonly string[],
): WorkflowState {
  const run = runAt(compiled, state);
  const nodes: Record<string, NodeState> = {};
  for (const { id, state: known } of run.nodes.values()) nodes[id] = known;
  for (const id of ids) {
    nodes[id] = fresh(nodes[id] ?? { status: "waiting", attempt: 0, requestIds: [] });
  }
  return { ...reopen(state), nodes, layers: [] };
}
