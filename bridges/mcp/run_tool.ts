/**
 * Runs the tools: each is a request to the same dispatch that all gateways have.
 *
 * @module
 */
import {
  CallError,
  type Cancellation,
  InfrastructureErrorCode,
  toWireError,
} from "@alkdev/operations";
import {
  type GatewayCaller,
  type GatewayDispatch,
  mapInOrder,
  traceBeside,
  type TraceContext,
} from "../gateway/mod.ts";
import type { Search } from "../ports.ts";
import { foundText } from "./found_text.ts";
import type { Progress } from "./progress.ts";
import { failed, itemText, succeeded, type ToolResult } from "./tool_result.ts";
import { DEFAULT_LIMIT, TOOL_CHECKS, type ToolInput, type ToolName } from "./tools.ts";

/** What tools need. */
export interface ToolPorts {
  readonly dispatch: GatewayDispatch;
  readonly search: Search;
}

/** One use of a tool. */
export interface ToolCall extends GatewayCaller {
  readonly name: ToolName;
  readonly trace: TraceContext | undefined;
  /** What the client gives, unread. */
  readonly input: unknown;
  readonly signal: Cancellation;
  /** As the client sent it, unread. */
  readonly idempotencyKey: unknown;
  readonly progress: Progress;
  /** Whether its client asks to be told. */
  readonly wantsProgress: boolean;
}

/** Calls of one batch that run at a time. */
const WIDTH = 8;
const MAX_ANONYMOUS_ITEMS = 5;

/** Runs a tool. Whatever goes wrong is a result. */
export async function runTool(ports: ToolPorts, call: ToolCall): Promise<ToolResult> {
  try {
    if (!isKeyed(call)) throw invalid("an idempotency key is a text", "idempotency_key");
    return await run(ports, call);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return failed(toWireError(error));
  }
}

type Keyed = ToolCall & { readonly idempotencyKey: string | undefined };

function isKeyed(call: ToolCall): call is Keyed {
  return call.idempotencyKey === undefined || typeof call.idempotencyKey === "string";
}

/** Written out tool by tool, so that each check tells what it has found out. */
function run(ports: ToolPorts, call: Keyed): Promise<ToolResult> {
  const { name, input } = call;
  switch (name) {
    case "search":
      if (TOOL_CHECKS.search.Check(input)) return search(ports, { call, input });
      break;
    case "schema":
      if (TOOL_CHECKS.schema.Check(input)) return schema(ports, { call, input });
      break;
    case "call":
      if (TOOL_CHECKS.call.Check(input)) return callOne(ports, { call, input });
      break;
    case "batch":
      if (TOOL_CHECKS.batch.Check(input)) return batch(ports, { call, input });
      break;
  }
  const { path = "", message = "" } = TOOL_CHECKS[name].Errors(input).First() ?? {};
  throw new CallError(
    InfrastructureErrorCode.VALIDATION_ERROR,
    `the arguments of ${name} are not understood`,
    { errors: [{ path, message }] },
  );
}

interface Use<T extends ToolName> {
  readonly call: Keyed;
  readonly input: ToolInput<T>;
}

async function search(ports: ToolPorts, { call, input }: Use<"search">): Promise<ToolResult> {
  const { limit = DEFAULT_LIMIT, ...rest } = input;
  const { query, namespace, cursor } = rest;
  const result = await ports.dispatch.perform(call, () => {
    const page = ports.search.find({
      limit,
      identity: call.caller?.identity ?? null,
      types: ["query", "mutation"],
      ...(query === undefined ? {} : { query }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return {
      operations: page.operations.map(foundText),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    };
  });
  return result.ok ? succeeded(result.output) : failed(result.error);
}

async function schema(ports: ToolPorts, { call, input }: Use<"schema">): Promise<ToolResult> {
  const { caller, source, requestId, trace, signal } = call;
  const result = await ports.dispatch.invoke({
    ...{ caller, source, requestId, trace, signal },
    ...{ operation: "services/schema", input: { name: input.name } },
  });
  return result.ok ? succeeded(result.output) : failed(result.error);
}

async function callOne(ports: ToolPorts, { call, input }: Use<"call">): Promise<ToolResult> {
  const { caller, source, requestId, trace, signal, idempotencyKey } = call;
  // Written out: to spread objects takes longer than to judge what they hold.
  const result = await ports.dispatch.invoke({
    operation: input.operation,
    input: input.input ?? {},
    timeoutMs: input.timeout_ms,
    idempotencyKey,
    requestId,
    trace,
    caller,
    source,
    signal,
    onProgress: call.wantsProgress ? call.progress.report : undefined,
  });
  return result.ok ? succeeded(result.output) : failed(result.error);
}

async function batch(ports: ToolPorts, { call, input }: Use<"batch">): Promise<ToolResult> {
  const { caller, idempotencyKey: key, progress, trace } = call;
  const { calls } = input;
  if (caller === null && calls.length > MAX_ANONYMOUS_ITEMS) {
    throw invalid(`send at most ${MAX_ANONYMOUS_ITEMS} calls without a credential`, "batch_size");
  }
  progress.expect(calls.length);
  const results = await mapInOrder(calls, {
    width: WIDTH,
    act: async ({ operation, input = {}, timeout_ms: timeoutMs }, index) => {
      const result = await ports.dispatch.invoke({
        ...{ caller, source: call.source, signal: call.signal, operation, input, timeoutMs },
        requestId: crypto.randomUUID(),
        trace: trace && traceBeside(trace),
        // The same batch again has the same calls at the same places.
        idempotencyKey: key === undefined ? undefined : `${key}:${index}`,
      });
      progress.advance();
      return itemText(result.requestId, result);
    },
  });
  return { isError: false, text: `{"results":[${results.join(",")}]}` };
}

function invalid(message: string, reason: string): CallError {
  return new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message, { reason });
}
