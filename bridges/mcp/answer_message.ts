/**
 * What is done about each message.
 *
 * @module
 */
import type { Answer } from "../gateway/mod.ts";
import { keyOfCall } from "./cancellation.ts";
import type { Exchange, RequestExchange } from "./exchange.ts";
import { listen } from "./listen.ts";
import { isMembers, isRequest, own, type Request } from "./message.ts";
import { invalidParams, refusedBy, unknownMethod } from "./refusals.ts";
import { responseText, type Results } from "./results.ts";
import type { Era } from "./revision_of.ts";
import { answerTask, isTaskMethod } from "./task_methods.ts";
import { type ToolUsePorts, useTool } from "./use_tool.ts";

/** Gives the text of a result that needs no operation. */
type Method = (results: Results, asked: { readonly request: Request; readonly era: Era }) => string;

const listTools: Method = (results, { request, era }) => {
  if (own(request.params, "cursor") !== undefined) throw invalidParams("there is one page only");
  return results.listTools(era);
};

const initialize: Method = (results, { request: { params } }) => {
  const asked = own(params, "protocolVersion");
  const isSound = typeof asked === "string" && isMembers(own(params, "capabilities")) &&
    isMembers(own(params, "clientInfo"));
  if (!isSound) throw invalidParams("say protocolVersion, capabilities and clientInfo");
  return results.initialize(asked);
};

const METHODS: Readonly<Record<Era, ReadonlyMap<string, Method>>> = {
  stateless: new Map<string, Method>([
    ["server/discover", (results) => results.discover()],
    ["tools/list", listTools],
  ]),
  handshake: new Map<string, Method>([
    ["initialize", initialize],
    ["ping", () => "{}"],
    ["tools/list", listTools],
  ]),
};

/**
 * Answers a message.
 *
 * @throws {RpcError} for what is not answered with a result.
 */
export async function answerMessage(ports: ToolUsePorts, exchange: Exchange): Promise<Answer> {
  if (!isRequestExchange(exchange)) return await take(ports, exchange);
  const { message: { method }, era } = exchange;
  if (method === "tools/call") return await useTool(ports, exchange);
  if (method === "subscriptions/listen" && era === "stateless") {
    return await listen(ports, exchange);
  }
  return await answerPlain(ports, exchange);
}

function isRequestExchange(exchange: Exchange): exchange is RequestExchange {
  return isRequest(exchange.message);
}

async function answerPlain(ports: ToolUsePorts, exchange: RequestExchange): Promise<Answer> {
  const { message: request, era } = exchange;
  const { id, method } = request;
  await count(ports, exchange);
  const { tasks } = ports;
  if (tasks !== undefined && era === "stateless" && isTaskMethod(method)) {
    return await answerTask({ ...ports, book: tasks.book }, exchange);
  }
  const answer = METHODS[era].get(method);
  // The client of a handshake takes any other status for a broken connection.
  if (answer === undefined) throw unknownMethod(era === "stateless" ? 404 : 200);
  const body = responseText(id, answer(ports.results, { request, era }));
  if (method !== "initialize") return { status: 200, body };
  // It tells clients apart, and gives no right to anything: any node takes it, from anybody.
  return { status: 200, body, headers: { "mcp-session-id": crypto.randomUUID() } };
}

/** Notifications are not answered. */
async function take(ports: ToolUsePorts, exchange: Exchange): Promise<Answer> {
  const { message: { method, params }, caller, session } = exchange;
  await count(ports, exchange);
  const id = own(params, "requestId");
  const isId = typeof id === "string" || typeof id === "number";
  if (method === "notifications/cancelled" && isId) {
    ports.cancellable.cancel(keyOfCall({ caller, session }, id));
  }
  return { status: 202, body: null };
}

/** What costs next to nothing counts among the requests of its caller all the same. */
async function count({ dispatch }: ToolUsePorts, exchange: Exchange): Promise<void> {
  const { caller, source, requestId } = exchange;
  const result = await dispatch.perform({ caller, source, requestId }, () => {});
  if (!result.ok) throw refusedBy(result);
}
