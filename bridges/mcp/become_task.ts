/**
 * Calls that take long go on as tasks, for clients that know what to do with one.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { mayHoldSecrets } from "@alkdev/operations";
import type { Caller, OperationsCatalog, TaskOutcome, Tasks } from "../ports.ts";
import { LATE, within } from "./answer_stream.ts";
import { type CancellableCalls, keyOfTask } from "./cancellation.ts";
import type { RequestExchange } from "./exchange.ts";
import { isMembers, metaOf, own } from "./message.ts";
import { responseText, type Results } from "./results.ts";
import { META, TASKS } from "./revisions.ts";
import { TOOL_CHECKS, type ToolName } from "./tools.ts";

const log = getLogger(["hub", "mcp"]);

/** What tasks need. */
export interface TaskPorts {
  readonly catalog: OperationsCatalog;
  readonly results: Results;
  readonly cancellable: CancellableCalls;
  /** Absent where calls never become tasks. */
  readonly tasks?: { readonly book: Tasks; readonly afterMs: number } | undefined;
}

/** A call that runs. */
export interface LongCall {
  readonly exchange: RequestExchange;
  readonly name: ToolName;
  readonly input: unknown;
  /** What it comes to; `undefined` where its client has given it up. Never rejects. */
  readonly outcome: Promise<TaskOutcome | undefined>;
  /** The text that answers it, if it becomes no task. Never rejects. */
  readonly answer: Promise<string | undefined>;
  /** Called when it goes on without its client. */
  readonly onTask: () => void;
}

/** Whether a client says that it takes tasks. It has to say so in every request. */
export function takesTasks({ message }: Pick<RequestExchange, "message">): boolean {
  const capabilities = metaOf(message)[META.clientCapabilities];
  return isMembers(own(own(capabilities, "extensions"), TASKS));
}

/** The answer to a call: what it gives, or, if that takes too long, the task that it has become. */
export async function answerOrTask(
  ports: TaskPorts,
  call: LongCall,
): Promise<string | undefined> {
  const { exchange: { caller, era }, name, answer } = call;
  const { tasks } = ports;
  const isShort = name === "search" || name === "schema";
  if (
    tasks === undefined || caller === null || era !== "stateless" || isShort ||
    !takesTasks(call.exchange)
  ) {
    return await answer;
  }
  const text = await within(answer, tasks.afterMs);
  if (text !== LATE) return text;
  // What must not be written down is answered to who waits for it, or to nobody.
  if (isSecret(ports.catalog, call)) return await answer;
  return await begin(ports, { ...call, caller, book: tasks.book }) ?? await answer;
}

async function begin(
  { results, cancellable }: TaskPorts,
  call: LongCall & { readonly caller: Caller; readonly book: Tasks },
): Promise<string | undefined> {
  const { exchange, caller, book, outcome, onTask } = call;
  const { requestId } = exchange;
  try {
    const task = await book.begin(caller);
    const { taskId } = task;
    const leave = exchange.detach();
    onTask();
    const over = cancellable.begin(keyOfTask(taskId), exchange.abort);
    // Not waited for: it is over when the call is, and the bridge does not close before that.
    void outcome.then(async (outcome) => {
      if (outcome !== undefined) await book.end(taskId, outcome);
    }).catch((error) => log.error("result of a task was not kept", { taskId, requestId, error }))
      .finally(() => {
        over();
        leave();
      });
    return responseText(exchange.message.id, results.newTask(task));
  } catch (error) {
    log.warn("a call did not become a task", { requestId, error });
    return undefined;
  }
}

/** Whether an operation declares that there are secrets in what it gives. */
function isSecret(catalog: OperationsCatalog, { name, input }: LongCall): boolean {
  return operationsIn(name, input).some((operation) =>
    mayHoldSecrets(catalog.find(operation)?.outputSchema)
  );
}

function operationsIn(name: ToolName, input: unknown): readonly string[] {
  if (name === "call" && TOOL_CHECKS.call.Check(input)) return [input.operation];
  if (name !== "batch" || !TOOL_CHECKS.batch.Check(input)) return [];
  return input.calls.map(({ operation }) => operation);
}
