/**
 * What a task remembers, and what follows from it. Pure.
 *
 * @module
 */
import type { Problem } from "./problem.ts";
import type { TaskEvent, TaskFacts } from "./task_events.ts";

/** Where a task is worked on. */
export interface Place {
  readonly sessionId: string;
  readonly branch: string;
}

/** What a task remembers. */
export interface TaskContext {
  readonly facts: TaskFacts | null;
  /** Of its dependencies. */
  readonly merged: readonly string[];
  readonly passed: readonly string[];
  /** Why it should not be started unless forced, e.g. that it should be decomposed. */
  readonly held: string | null;
  /** Spawns and re-activations. */
  readonly attempts: number;
  readonly place: Place | null;
  /** Of an attempt that is given up: what comes next. */
  readonly next: "pending" | "starting" | "cancelled";
  readonly problem: Problem | null;
}

/** Told to whoever watches. */
export type TaskEmitted =
  | { type: "TASK_READY"; taskId: string }
  | { type: "TASK_BLOCKED"; taskId: string; message: string }
  | { type: "TASK_INCOMPLETE"; taskId: string }
  | { type: "TASK_ENDED"; taskId: string; status: "completed" | "cancelled" };

/** Attempts at one task; a sixth is refused. */
export const MAX_ATTEMPTS = 5;

/** Nothing has happened so far. */
export const BLANK: TaskContext = {
  facts: null,
  merged: [],
  passed: [],
  held: null,
  attempts: 0,
  place: null,
  next: "pending",
  problem: null,
};

/** Agent and prefix of the branch for a task (coordination §7.4). */
const AGENTS = {
  implementation: { agent: "implementation-specialist", prefix: "feat/" },
  research: { agent: "poc-specialist", prefix: "research/" },
  review: { agent: "code-reviewer", prefix: "review/" },
  planning: { agent: "architect", prefix: "plan/" },
  decomposition: { agent: "decomposer", prefix: "plan/" },
} as const;

/** A task for a worker. */
export type Assignment = (typeof AGENTS)[TaskFacts["level"]] & { readonly taskId: string };

/** Who is to work on it. */
export function assignmentOf({ facts }: TaskContext): Assignment {
  return { taskId: facts?.taskId ?? "", ...AGENTS[facts?.level ?? "implementation"] };
}

/** The facts in an event that creates a task. */
export function factsOf(event: Extract<TaskEvent, { type: "CREATE" }>): TaskFacts {
  const { taskId, level, dependsOn, gates } = event;
  return { taskId, level, dependsOn, gates };
}

/** Dependencies that are not completed and merged. */
export function missing({ facts, merged }: TaskContext): readonly string[] {
  return (facts?.dependsOn ?? []).filter((id) => !merged.includes(id));
}

/** Reviews that its merge waits for. */
export function closedGates({ facts, passed }: TaskContext): readonly string[] {
  return (facts?.gates ?? []).filter((id) => !passed.includes(id));
}

/** The facts with more dependencies; a task that is named twice is one. */
export function dependingOn(
  { facts }: TaskContext,
  on: readonly string[],
): Pick<TaskContext, "facts"> {
  if (facts === null) return { facts };
  return { facts: { ...facts, dependsOn: [...new Set([...facts.dependsOn, ...on])] } };
}
