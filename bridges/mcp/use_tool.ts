/**
 * `tools/call`.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Answer } from "../http/answer.ts";
import { createAnswerStream, LATE, within } from "./answer_stream.ts";
import type { CancellableCalls } from "./cancellation.ts";
import type { RequestExchange } from "./exchange.ts";
import { metaOf, own } from "./message.ts";
import { createProgress, type Progress, type ProgressToken } from "./progress.ts";
import { internalError, invalidParams } from "./refusals.ts";
import { errorText, responseText, type Results } from "./results.ts";
import { META } from "./revisions.ts";
import { runTool, type ToolPorts } from "./run_tool.ts";
import { isToolName, type ToolName } from "./tools.ts";

const log = getLogger(["hub", "mcp"]);

/** What using tools needs. */
export interface ToolUsePorts extends ToolPorts {
  readonly results: Results;
  readonly cancellable: CancellableCalls;
  /** How long an answer may take before it becomes a stream. */
  readonly patienceMs: number;
  /** How often a stream says something. */
  readonly beatMs: number;
  /** How long the reader of a stream may take nothing of it. */
  readonly stuckMs: number;
}

/**
 * Most calls are over by then. Whether the client is still there is looked at only after it: that costs
 * the runtime more than such a call.
 */
const SOON_MS = 20;
const STREAM = { "content-type": "text/event-stream", "x-accel-buffering": "no" };
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
  const work = answerTo(ports, { exchange, name, input, progress });
  const { patienceMs, beatMs, stuckMs } = ports;
  let text = await within(work, Math.min(SOON_MS, patienceMs));
  if (text === LATE) {
    watchClient();
    text = takesStream ? await within(work, Math.max(0, patienceMs - SOON_MS)) : await work;
  }
  if (text === undefined) return SILENCE;
  if (text !== LATE) return { status: 200, body: text };
  const onEnd = () => {
    // Of what is done already, nothing is left to abort.
    abort();
    end();
  };
  const body = createAnswerStream({ work, progress, token, beatMs, stuckMs, onEnd });
  return { status: 200, body, headers: STREAM };
}

interface Use {
  readonly exchange: RequestExchange;
  readonly name: ToolName;
  readonly input: unknown;
  readonly progress: Progress;
}

/** The text of the answer; `undefined` once the client has given it up. Never rejects. */
async function answerTo(
  { cancellable, results, ...ports }: ToolUsePorts,
  { exchange, name, input, progress }: Use,
): Promise<string | undefined> {
  const { message, era, caller, source, requestId, session, signal } = exchange;
  let isGivenUp = false;
  const over = cancellable.begin({ caller, session }, {
    id: message.id,
    cancel() {
      isGivenUp = true;
      exchange.abort();
    },
  });
  try {
    const result = await runTool(ports, {
      ...{ name, input, progress, caller, source, requestId, signal },
      idempotencyKey: own(metaOf(message), META.idempotencyKey),
    });
    if (isGivenUp) return undefined;
    return responseText(message.id, results.useOfTool(era, { result, requestId }));
  } catch (error) {
    log.error("tool failed", { tool: name, requestId, error });
    return errorText(message.id, internalError());
  } finally {
    over();
  }
}

function tokenOf(value: unknown): ProgressToken | undefined {
  return typeof value === "string" || Number.isSafeInteger(value) && typeof value === "number"
    ? value
    : undefined;
}
