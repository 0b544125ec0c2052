/**
 * What becomes of tasks, as messages for whoever listens.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Caller, Task, Tasks } from "../ports.ts";
import type { News } from "./answer_stream.ts";
import type { MessageId } from "./message.ts";
import type { Results } from "./results.ts";

const log = getLogger(["hub", "mcp"]);

/** What is watched, for whom. */
export interface WatchTasksOptions {
  /** Absent where calls never become tasks. */
  readonly book: Tasks | undefined;
  readonly caller: Caller | null;
  readonly taskIds: readonly string[];
  readonly results: Pick<Results, "acknowledged" | "taskNotice">;
  /** The id under which the client listens. */
  readonly subscription: MessageId;
}

/** Tasks that are watched until all of them are over. */
export interface WatchedTasks {
  readonly news: News;
  /** Resolved once nothing more can happen to any of them, or nobody is to be told. Never rejects. */
  readonly over: Promise<void>;
  end(): void;
}

/**
 * Watches those tasks that there are for the caller. First it says which these are, then how each is,
 * then whatever becomes of them.
 *
 * @throws {CallError} if that cannot be known now.
 */
export async function watchTasks(options: WatchTasksOptions): Promise<WatchedTasks> {
  const { book, caller, taskIds, results, subscription } = options;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const waiting: string[] = [], told = new Map<string, string>();
  const watched = new Map<string, () => void>();
  let wake = () => {};
  /** One after the other, so that what happened first is told first. */
  let looks: Promise<void> = Promise.resolve();

  function say(message: string): void {
    waiting.push(message);
    wake();
  }

  function leave(taskId: string): void {
    watched.get(taskId)?.();
    watched.delete(taskId);
    if (watched.size === 0) resolve();
  }

  function end(): void {
    for (const taskId of [...watched.keys()]) leave(taskId);
    resolve();
  }

  /** `undefined` for none, or somebody else's. */
  const find = async (taskId: string) =>
    caller === null ? undefined : await book?.find(caller, taskId);

  function tell(taskId: string, task: Task | undefined): void {
    if (!watched.has(taskId)) return;
    if (task !== undefined && told.get(taskId) !== task.status) {
      told.set(taskId, task.status);
      say(results.taskNotice(task, subscription));
    }
    if (task?.status !== "working") leave(taskId);
  }

  function look(taskId: string): void {
    looks = looks.then(() => find(taskId)).then((task) => tell(taskId, task)).catch((error) => {
      // The client may ask for itself, and is told the next time.
      log.warn("a task was not looked at", { taskId, error });
    });
  }

  try {
    // Before it is asked how they are, so that nothing is missed in between.
    for (const taskId of taskIds) {
      watched.set(
        taskId,
        book?.watch(taskId, () => look(taskId)) ?? noop,
      );
    }
    const first = Promise.all(taskIds.map(find));
    looks = first.then(() => {}, () => {});
    const tasks = await first;
    const known = taskIds.filter((_, at) => tasks[at] !== undefined);
    say(results.acknowledged(known, subscription));
    for (const [at, taskId] of taskIds.entries()) tell(taskId, tasks[at]);
    if (watched.size === 0) resolve();
  } catch (error) {
    end();
    throw error;
  }
  return {
    ...{ over, end },
    news: {
      get hasNews() {
        return waiting.length > 0;
      },
      read: () => waiting.splice(0),
      onNews: (listener) => void (wake = listener),
    },
  };
}

function noop(): void {}
