/**
 * `subscriptions/listen`: a stream on which clients are told how their tasks are. The tools never
 * change, so there is nothing else to be told of.
 *
 * @module
 */
import type { Answer } from "../gateway/mod.ts";
import { createAnswerStream } from "./answer_stream.ts";
import { takesTasks } from "./become_task.ts";
import type { RequestExchange } from "./exchange.ts";
import { isMembers, own } from "./message.ts";
import { invalidParams, missingTasks, notAcceptable, refusedBy } from "./refusals.ts";
import { responseText } from "./results.ts";
import { STREAM, type ToolUsePorts } from "./use_tool.ts";
import { watchTasks } from "./watch_tasks.ts";

/** More tasks than this are not listened to at a time. */
const MAX_TASKS = 100;

/**
 * Answers with a stream that goes on until all of the tasks are over.
 *
 * @throws {RpcError} where the client asks for something that is not understood, or for too much.
 */
export async function listen(ports: ToolUsePorts, exchange: RequestExchange): Promise<Answer> {
  const taskIds = taskIdsOf(exchange);
  if (!exchange.takesStream) throw notAcceptable();
  const ended = Promise.withResolvers<void>();
  await takePlace(ports, { exchange, until: ended.promise });
  const { message: { id }, caller, signal } = exchange;
  const { results, beatMs, stuckMs } = ports;
  const tasks = await watchTasks({
    ...{ book: ports.tasks?.book, caller, taskIds, results, subscription: id },
  }).catch((error) => {
    ended.resolve();
    throw error;
  });
  exchange.watchClient();
  exchange.streams(caller);
  const forget = signal.onAbort(() => tasks.end());
  if (signal.aborted) tasks.end();
  const onEnd = () => {
    forget();
    tasks.end();
    ended.resolve();
    exchange.end();
  };
  const work = tasks.over.then(() => responseText(id, results.listened(id)));
  const body = createAnswerStream({ work, news: tasks.news, beatMs, stuckMs, onEnd });
  return { status: 200, body, headers: STREAM };
}

/** Counts the stream among those of its caller for as long as it goes on. */
async function takePlace(
  { dispatch }: ToolUsePorts,
  { exchange, until }: { readonly exchange: RequestExchange; readonly until: Promise<void> },
): Promise<void> {
  const { caller, source, requestId } = exchange;
  const refusal = await new Promise<Parameters<typeof refusedBy>[0] | undefined>((resolve) => {
    void dispatch.performStream({ caller, source, requestId }, () => {
      resolve(undefined);
      return until;
    }).then((result) => resolve(result.ok ? undefined : result));
  });
  if (refusal !== undefined) throw refusedBy(refusal);
}

function taskIdsOf(exchange: RequestExchange): readonly string[] {
  const filter = own(exchange.message.params, "notifications");
  if (!isMembers(filter)) throw invalidParams("say notifications");
  const ids = own(filter, "taskIds");
  if (ids === undefined) return [];
  if (!takesTasks(exchange)) throw missingTasks();
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
    throw invalidParams("taskIds are texts");
  }
  const unique = [...new Set<string>(ids)];
  if (unique.length > MAX_TASKS) throw invalidParams(`listen to at most ${MAX_TASKS} tasks`);
  return unique;
}
