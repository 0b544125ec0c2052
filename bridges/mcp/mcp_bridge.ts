/**
 * The hub over MCP: four tools, whatever there is to be called.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import {
  type Answer,
  boundsOf,
  bridgeOf,
  checkEdge,
  continueTrace,
  createGatewayDispatch,
  createLive,
  createPatience,
  type GatewayBridge,
  type GatewayBridgeOptions,
  Head,
  type HeaderSource,
  identify,
  isStream,
  preflight,
  readJson,
  respond,
  type TraceContext,
  traceparent,
} from "../gateway/mod.ts";
import type { Caller, Cancellations, Search, Tasks } from "../ports.ts";
import { accepts } from "./accepts.ts";
import { answerMessage } from "./answer_message.ts";
import { createCancellableCalls } from "./cancellation.ts";
import { SEEN, SENT } from "./cors.ts";
import type { Running } from "./exchange.ts";
import { idIn, type MessageId, metaOf, parseMessage } from "./message.ts";
import {
  internalError,
  methodNotAllowed,
  notAcceptable,
  refusalOf,
  shuttingDown,
  unauthenticated,
  unknownSession,
} from "./refusals.ts";
import { createResults, errorText, type ServerInfo } from "./results.ts";
import { META } from "./revisions.ts";
import { eraOf } from "./revision_of.ts";
import { SOON_MS, type ToolUsePorts } from "./use_tool.ts";

const log = getLogger(["hub", "mcp"]);

/** What the bridge needs. */
export interface McpBridgeOptions extends GatewayBridgeOptions {
  readonly search: Search;
  /** What the hub says that it is. */
  readonly serverInfo: ServerInfo;
  /** Without it, a client can give up only calls of the node that its word comes to. */
  readonly cancellations?: Cancellations;
  /** Without it, calls that take long are waited for. */
  readonly tasks?: McpTasks;
  /** Whether those without a credential are served what is public. Default: they are refused. */
  readonly strangers?: "refuse" | "serve";
  /** How long an answer may take before it becomes a stream. Default 1,000. */
  readonly patienceMs?: number;
  /** How often a stream says something. Default 5,000. */
  readonly beatMs?: number;
}

/** Calls that take long go on as tasks, for clients that take them. */
export interface McpTasks {
  readonly book: Tasks;
  /** How long a call may take before it becomes one. */
  readonly afterMs: number;
}

/** What becomes known of a request while it is read, for the answer, whatever that will be. */
interface About {
  readonly requestId: string;
  id?: MessageId | undefined;
  trace?: TraceContext | undefined;
}

const JSON_TYPES = ["application/json", "application/*", "*/*"];
const STREAM_TYPES = ["text/event-stream", "text/*"];
const SESSION = /^[\x21-\x7e]{1,128}$/;

/** Creates a bridge. */
export function createMcpBridge(options: McpBridgeOptions): GatewayBridge {
  const { admission, strangers = "refuse" } = options;
  const bounds = boundsOf(options), { edge, body, maxHeadChars, stuckMs } = bounds;
  const seenEdge = { ...edge, seen: SEEN };
  const live = createLive(admission), { patienceMs = 1_000 } = options;
  const soon = createPatience(Math.min(SOON_MS, patienceMs));
  const cancellable = createCancellableCalls(options.cancellations);
  const ports: ToolUsePorts = {
    cancellable,
    ...{ patienceMs, soon },
    beatMs: options.beatMs ?? 5_000,
    stuckMs,
    dispatch: createGatewayDispatch({ ...options, isDraining: () => live.isDraining }),
    search: options.search,
    catalog: options.catalog,
    tasks: options.tasks,
    results: createResults(options.serverInfo, { hasTasks: options.tasks !== undefined }),
  };

  async function handle(request: Request, source: string): Promise<Response> {
    const about: About = { requestId: crypto.randomUUID() }, head = new Head(request.headers);
    let cors: Readonly<Record<string, string>> = {};
    let answer: Answer;
    try {
      cors = checkEdge({ url: request.url, headers: head }, seenEdge);
      answer = await answerTo(request, { head, source, about });
    } catch (thrown) {
      answer = answerError(thrown, about);
    }
    return respond(answer, { asked: head, extra: { ...cors, ...headersOf(about) } });
  }

  async function answerTo(
    request: Request,
    { head, source, about }: {
      readonly head: Head;
      readonly source: string;
      readonly about: About;
    },
  ): Promise<Answer> {
    if (request.method === "OPTIONS") return preflight({ methods: ["POST"], sent: SENT });
    if (request.method !== "POST") throw methodNotAllowed();
    if (live.isDraining) throw shuttingDown();
    head.check(maxHeadChars);
    if (!accepts(head.get("accept"), JSON_TYPES)) throw notAcceptable();
    const begun = live.begin();
    let isDetached = false;
    const running: Running = {
      signal: begun.cancellation,
      abort: () => begun.abort(),
      watchClient() {
        if (!isDetached) begun.watch(request);
      },
      detach() {
        isDetached = true;
        begun.unwatch();
        return () => begun.end();
      },
      stays(caller) {
        if (!isDetached) begun.stays(caller);
      },
      streams: (caller) => begun.streams(caller),
      end() {
        if (!isDetached) begun.end();
      },
    };
    let goesOn = false;
    try {
      const caller = await callerOf(head, source);
      const answer = await converse(request, { head, source, about, caller, running });
      goesOn = isStream(answer);
      return answer;
    } finally {
      if (!goesOn) running.end();
    }
  }

  async function callerOf(headers: HeaderSource, source: string): Promise<Caller | null> {
    const found = identify(headers.get("authorization"), { admission, source });
    const caller = found instanceof Promise ? await found : found;
    if (caller === null && strangers === "refuse") throw unauthenticated();
    return caller;
  }

  async function converse(
    request: Request,
    { head, source, about, caller, running }: {
      readonly head: Head;
      readonly source: string;
      readonly about: About;
      readonly caller: Caller | null;
      readonly running: Running;
    },
  ): Promise<Answer> {
    const value = await readJson({ request, head }, body);
    about.id = idIn(value);
    const message = parseMessage(value);
    const era = eraOf(message, head);
    about.trace = traceOf(metaOf(message), head);
    const { signal, abort, watchClient, detach, stays, streams, end } = running;
    return await answerMessage(ports, {
      signal,
      abort,
      watchClient,
      detach,
      stays,
      streams,
      end,
      message,
      era,
      caller,
      source,
      requestId: about.requestId,
      trace: about.trace,
      takesStream: head.has("accept") && accepts(head.get("accept"), STREAM_TYPES),
      session: era === "handshake" ? sessionOf(head) : null,
    });
  }

  const bridge = bridgeOf(handle, { live, bounds, log });
  return {
    handle,
    get size() {
      return bridge.size;
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      soon[Symbol.dispose]();
      cancellable[Symbol.dispose]();
    },
  };
}

/** A session that nobody was given is one that has ended: its client begins anew. */
function sessionOf(headers: HeaderSource): string | null {
  const session = headers.get("mcp-session-id");
  if (session !== null && !SESSION.test(session)) throw unknownSession();
  return session;
}

/** What a message says of its trace counts more than what its transport says. */
function traceOf(
  meta: Readonly<Record<string, unknown>>,
  headers: HeaderSource,
): TraceContext | undefined {
  const { [META.traceparent]: said, [META.tracestate]: state } = meta;
  if (typeof said === "string") {
    return continueTrace(said, typeof state === "string" ? state : null);
  }
  const parent = headers.get("traceparent");
  return parent === null ? undefined : continueTrace(parent, headers.get("tracestate"));
}

function headersOf({ requestId, trace }: About): Readonly<Record<string, string>> {
  return {
    "x-request-id": requestId,
    ...(trace === undefined ? {} : { traceparent: traceparent(trace) }),
    ...(trace?.state === undefined ? {} : { tracestate: trace.state }),
  };
}

function answerError(thrown: unknown, { id, requestId }: About): Answer {
  const known = refusalOf(thrown);
  if (known === undefined) log.error("request failed", { requestId, error: thrown });
  const error = known ?? internalError();
  return { status: error.status, headers: error.headers, body: errorText(id, error) };
}
