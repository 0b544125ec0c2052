/**
 * `tools/call`.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Answer, inTime, type Patience } from "../gateway/mod.ts";
import type { TaskOutcome } from "../ports.ts";
import { createAnswerStream, LATE, within } from "./answer_stream.ts";
import { answerOrTask, type TaskPorts } from "./become_task.ts";
import { keyOfCall } from "./cancellation.ts";
import type { RequestExchange } from "./exchange.ts";
import { metaOf, own } from "./message.ts";
import { createProgress, newsOfProgress, type Progress, type ProgressToken } from "./progress.ts";
import { internalError, invalidParams } from "./refusals.ts";
import { errorText, responseText, type Results } from "./results.ts";
import { META } from "./revisions.ts";
import { runTool, type ToolPorts } from "./run_tool.ts";
import { isToolName, type ToolName } from "./tools.ts";

const log = getLogger(["hub", "mcp"]);

/** What using tools needs. */
export interface ToolUsePorts extends ToolPorts, TaskPorts {
  /** How long an answer may take before it becomes a stream. */
  readonly patienceMs: number;
  /** The first part of that time, {@linkcode SOON_MS} or all of it. */
  readonly soon: Patience;
  /** How often a stream says something. */
  readonly beatMs: number;
  /** How long the reader of a stream may take nothing of it. */
  readonly stuckMs: number;
}

/**
 * Most calls are over by then. Whether the client is still there is looked at only after it: that costs
 * the runtime more than such a call.
 */
export const SOON_MS = 20;
/** Headers of an answer that is a stream. */
export const STREAM = { "content-type": "text/event-stream", "x-accel-buffering": "no" };
/** What a client has given up is not answered. */
const SILENCE: Answer = { status: 202, body: null };

/**
 * Answers once the tool is done; if that takes long, with a stream that says so meanwhile.
 *
 * @throws {RpcError} for a tool that there is not.
 */
export async function useTool(ports: ToolUsePorts, exchange: RequestExchange): Promise<Answer> {
  const { message, takesStream, abort, end, watchClient } = exchange;
  const name = own(message.params, "name"), input = own(message.params, "arguments") ?? {};
  if (typeof name !== "string" || !isToolName(name)) throw invalidParams("there is no such tool");
  const token = tokenOf(own(metaOf(message), META.progressToken));
  const progress = createProgress();
  const outcome = outcomeOf(ports, {
    ...{ exchange, name, input, progress, wantsProgress: token !== undefined },
  });
  let isTask = false;
  const work = answerOrTask(ports, {
    ...{ exchange, name, input, outcome },
    answer: outcome.then((outcome) => textOf(ports.results, { exchange, outcome })),
    onTask: () => isTask = true,
  });
  const { soon, patienceMs, beatMs, stuckMs } = ports;
  let text = await inTime<string | undefined, typeof LATE>(work, {
    patience: soon,
    late: () => LATE,
  });
  if (text === LATE) {
    watchClient();
    text = takesStream ? await within(work, Math.max(0, patienceMs - SOON_MS)) : await work;
  }
  if (text === undefined) return SILENCE;
  if (text !== LATE) return { status: 200, body: text };
  const onEnd = () => {
    // Of what is done already, nothing is left to abort; a task goes on.
    if (!isTask) abort();
    end();
  };
  exchange.stays(exchange.caller);
  const news = token === undefined ? undefined : newsOfProgress(progress, token);
  const body = createAnswerStream({ work, news, beatMs, stuckMs, onEnd });
  return { status: 200, body, headers: STREAM };
}

interface Use {
  readonly exchange: RequestExchange;
  readonly name: ToolName;
  readonly input: unknown;
  readonly progress: Progress;
  readonly wantsProgress: boolean;
}

/** What the tool comes to; `undefined` once its client has given it up. Never rejects. */
async function outcomeOf(
  ports: ToolUsePorts,
  { exchange, name, input, progress, wantsProgress }: Use,
): Promise<TaskOutcome | undefined> {
  const { message, caller, source, requestId, trace, session, signal } = exchange;
  let isGivenUp = false;
  const over = ports.cancellable.begin(keyOfCall({ caller, session }, message.id), () => {
    isGivenUp = true;
    exchange.abort();
  });
  try {
    const result = await runTool(ports, {
      name,
      input,
      progress,
      wantsProgress,
      caller,
      source,
      requestId,
      trace,
      signal,
      idempotencyKey: own(metaOf(message), META.idempotencyKey),
    });
    return isGivenUp ? undefined : { result: { ...result, requestId } };
  } catch (error) {
    log.error("tool failed", { tool: name, requestId, error });
    const { message } = internalError();
    return { problem: { code: "INTERNAL", message, retryable: false } };
  } finally {
    over();
  }
}

/** The answer, for who has waited for it. */
function textOf(
  results: Results,
  { exchange: { message: { id }, era }, outcome }: {
    readonly exchange: RequestExchange;
    readonly outcome: TaskOutcome | undefined;
  },
): string | undefined {
  if (outcome === undefined) return undefined;
  if ("problem" in outcome) return errorText(id, internalError());
  const { result } = outcome;
  return responseText(id, results.useOfTool(era, { result, requestId: result.requestId }));
}

function tokenOf(value: unknown): ProgressToken | undefined {
  return typeof value === "string" || Number.isSafeInteger(value) && typeof value === "number"
    ? value
    : undefined;
}
