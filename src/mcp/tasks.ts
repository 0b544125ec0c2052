/**
 * Calls that go on after their MCP clients were answered: each is an actor, which any node can ask.
 *
 * The call runs on the node that it came to. It is not durable, so nothing of it runs again when that
 * node dies: whoever asks next finds that its process is gone, and writes down that the task has failed.
 * Where nobody asks, the task itself finds it out within a minute.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { backOff, type Bus, encodeText, liveSubject } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import {
  LOST,
  McpTaskContext,
  type McpTaskEvent,
  type Runner,
} from "../../actors/mcp_task_events.ts";
import type { ActorView, Host } from "../../actors/runtime/mod.ts";
import type { Caller, Task, TaskOutcome, TaskResult, Tasks } from "../../bridges/ports.ts";
import { getLogger } from "../logger/mod.ts";
import { toCallError } from "../operations/actors/errors.ts";
import { createRunners, type Nodes } from "./runner.ts";
import { MCP_TASK_KIND } from "./task_kind.ts";

const log = getLogger("mcp");

/** What tasks need of the world. */
export interface TasksOptions {
  readonly host: Pick<Host, "send" | "get">;
  readonly bus: Pick<Bus, "connection" | "realm">;
  readonly membership: Nodes;
  /** How long a task is kept. */
  readonly ttlMs: number;
  readonly now?: () => number;
}

/** Largest result that is kept, as it is stored: an event of an actor holds little more. */
export const MAX_RESULT_BYTES = 240 * 1024;

/** Attempts to write a result down; they take three seconds or so. */
const TRIES = 7;

type Send = (taskId: string, event: McpTaskEvent) => Promise<void>;

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STATES = ["working", "checking", "completed", "failed", "cancelled"] as const;

/** An actor that has begun and has not expired. */
const views = TypeCompiler.Compile(Type.Object({
  status: Type.Literal("active"),
  value: Type.Object({ kept: Type.Union(STATES.map((state) => Type.Literal(state))) }),
  context: McpTaskContext,
}));

/** A task as its actor remembers it. */
interface Kept {
  readonly owner: string;
  readonly runner: Runner;
  readonly task: Task;
}

/** Creates what knows tasks. */
export function createTasks(
  { host, bus, membership, ttlMs, now = Date.now }: TasksOptions,
): Tasks {
  const runners = createRunners(membership);
  const send: Send = async (taskId, event) => {
    try {
      await host.send(addressOf(taskId), {
        ...{ id: `hub:${event.type}`, event, cause: { from: "caller" }, by: "hub" },
      });
    } catch (error) {
      throw toCallError(error);
    }
  };

  /** The same, where something else may have happened to it before: what came first stands. */
  const settle: Send = async (taskId, event) => {
    try {
      await send(taskId, event);
    } catch (error) {
      if (!(error instanceof CallError && error.code === "ILLEGAL_STATE")) throw error;
    }
  };

  async function look(caller: Caller, taskId: string): Promise<Kept | undefined> {
    if (!ID.test(taskId)) return undefined;
    const kept = keptOf(taskId, await get(taskId));
    return kept?.owner === ownerOf(caller) ? kept : undefined;
  }

  async function get(taskId: string): Promise<ActorView | undefined> {
    try {
      return await host.get(addressOf(taskId));
    } catch (error) {
      throw toCallError(error);
    }
  }

  return {
    async begin(caller) {
      const taskId = crypto.randomUUID(), at = now();
      const owner = ownerOf(caller), runner = runners.own;
      await send(taskId, { type: "START", owner, runner, ttlMs, at });
      return { taskId, status: "working", createdAt: at, updatedAt: at, ttlMs };
    },
    async end(taskId, outcome) {
      const event = endOf(outcome, now());
      // Nobody else knows it, and nothing gives it again.
      for (let tries = 1;; tries++) {
        try {
          return await settle(taskId, event);
        } catch (error) {
          if (!(error instanceof CallError && error.retryable) || tries === TRIES) throw error;
          await backOff(tries);
        }
      }
    },
    async find(caller, taskId) {
      const kept = await look(caller, taskId);
      if (kept?.task.status !== "working" || !runners.isGone(kept.runner)) return kept?.task;
      await settle(taskId, { type: "FAIL", problem: LOST, at: now() });
      return (await look(caller, taskId))?.task;
    },
    async cancel(caller, taskId) {
      const kept = await look(caller, taskId);
      if (kept?.task.status === "working") await settle(taskId, { type: "CANCEL", at: now() });
      return kept !== undefined;
    },
    watch(taskId, listener) {
      // Whatever else an id may be, it is part of no subject.
      if (!ID.test(taskId)) return () => {};
      const subject = liveSubject(bus.realm, addressOf(taskId));
      const heard = bus.connection.subscribe(subject, {
        callback(error) {
          if (error === null) listener();
          else log.warn("cannot hear of a task", { taskId, error });
        },
      });
      return () => heard.unsubscribe();
    },
  };
}

function addressOf(id: string) {
  return { kind: MCP_TASK_KIND, id };
}

/** Names of nodes and of clients are told apart, however alike they look. */
function ownerOf({ role, identity }: Caller): string {
  return `${role}:${identity.id}`;
}

function endOf(outcome: TaskOutcome, at: number): McpTaskEvent {
  return "problem" in outcome
    ? { type: "FAIL", problem: outcome.problem, at }
    : { type: "FINISH", result: bounded(outcome.result), at };
}

/** A result that is too large to be kept is told as a failure of the tool: it did run. */
function bounded(result: TaskResult): TaskResult {
  // It is JSON within JSON there.
  const bytes = encodeText(JSON.stringify(result.text)).length;
  if (bytes <= MAX_RESULT_BYTES) return result;
  const error = {
    code: "INTERNAL",
    message: `the output is too large to be kept: ${bytes} bytes, at most ${MAX_RESULT_BYTES}`,
    retryable: false,
    details: { reason: "result_too_large" },
  };
  return { requestId: result.requestId, isError: true, text: JSON.stringify(error) };
}

/** `undefined` for one that is not there, or not any more. */
function keptOf(taskId: string, view: ActorView | undefined): Kept | undefined {
  if (view === undefined || !views.Check(view)) return undefined;
  const { value: { kept: state }, context: { owner, runner, ...context } } = view;
  const { createdAt, updatedAt, ttlMs, result, problem } = context;
  // While its node is looked for, too.
  const status = state === "checking" ? "working" : state;
  return {
    ...{ owner, runner },
    task: {
      ...{ taskId, status, createdAt, updatedAt, ttlMs },
      ...(result === null ? {} : { result }),
      ...(problem === null ? {} : { problem }),
    },
  };
}
