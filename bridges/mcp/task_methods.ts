/**
 * `tasks/get`, `tasks/update` and `tasks/cancel`: what has become of calls that went on by themselves.
 *
 * @module
 */
import type { Answer } from "../gateway/mod.ts";
import type { Caller, Task, Tasks } from "../ports.ts";
import { takesTasks } from "./become_task.ts";
import { type CancellableCalls, keyOfTask } from "./cancellation.ts";
import type { RequestExchange } from "./exchange.ts";
import { isMembers, own } from "./message.ts";
import { invalidParams, missingTasks } from "./refusals.ts";
import { responseText, type Results } from "./results.ts";

/** What the methods need. */
export interface TaskMethodPorts {
  readonly book: Tasks;
  readonly cancellable: CancellableCalls;
  readonly results: Results;
}

type Method = (
  ports: TaskMethodPorts,
  asked: { readonly caller: Caller; readonly taskId: string; readonly params: unknown },
) => Promise<string>;

const get: Method = async ({ book, results }, { caller, taskId }) =>
  results.task(known(await book.find(caller, taskId)));

/** Nothing here asks its client for anything, so whatever it answers is an answer to nothing. */
const update: Method = async ({ book, results }, { caller, taskId, params }) => {
  if (!isMembers(own(params, "inputResponses"))) throw invalidParams("say inputResponses");
  known(await book.find(caller, taskId));
  return results.done();
};

const cancel: Method = async ({ book, cancellable, results }, { caller, taskId }) => {
  if (!await book.cancel(caller, taskId)) throw unknown();
  cancellable.cancel(keyOfTask(taskId));
  return results.done();
};

const METHODS: ReadonlyMap<string, Method> = new Map([
  ["tasks/get", get],
  ["tasks/update", update],
  ["tasks/cancel", cancel],
]);

/** Whether a method is about tasks. */
export function isTaskMethod(method: string): boolean {
  return METHODS.has(method);
}

/**
 * Answers what is asked about a task.
 *
 * @throws {RpcError} where its client does not say that it takes tasks, or there is none.
 */
export async function answerTask(
  ports: TaskMethodPorts,
  exchange: RequestExchange,
): Promise<Answer> {
  const { message: { id, method, params }, caller } = exchange;
  if (!takesTasks(exchange)) throw missingTasks();
  const taskId = own(params, "taskId");
  if (typeof taskId !== "string") throw invalidParams("say taskId");
  const act = METHODS.get(method);
  // Nobody's calls become no tasks.
  if (act === undefined || caller === null) throw unknown();
  return { status: 200, body: responseText(id, await act(ports, { caller, taskId, params })) };
}

function known(task: Task | undefined): Task {
  if (task === undefined) throw unknown();
  return task;
}

/** The same for somebody else's, which nobody is to know of. */
function unknown() {
  return invalidParams("there is no such task");
}
