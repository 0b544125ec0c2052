/**
 * The hub over MCP: four tools, whatever there is to be called.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import {
  continueTrace,
  createGatewayDispatch,
  type GatewayDispatchOptions,
  identify,
  type TraceContext,
  traceparent,
} from "../gateway/mod.ts";
import type { Answer } from "../http/answer.ts";
import { checkEdge, type EdgePolicy } from "../http/edge_policy.ts";
import { createLive } from "../http/live.ts";
import { readJson } from "../http/read_json.ts";
import { respond } from "../http/respond.ts";
import type { Admission, Caller, Cancellations, Search } from "../ports.ts";
import { accepts } from "./accepts.ts";
import { answerMessage } from "./answer_message.ts";
import { createCancellableCalls } from "./cancellation.ts";
import { corsHeaders, preflight } from "./cors.ts";
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
import type { ToolUsePorts } from "./use_tool.ts";

const log = getLogger(["hub", "mcp"]);

/** What the bridge needs. */
export interface McpBridgeOptions
  extends Omit<GatewayDispatchOptions, "isDraining">, Partial<EdgePolicy> {
  readonly admission: Pick<Admission, "resolve">;
  readonly search: Search;
  /** What the hub says that it is. */
  readonly serverInfo: ServerInfo;
  /** Without it, a client can give up only calls of the node that its word comes to. */
  readonly cancellations?: Cancellations;
  /** Whether those without a credential are served what is public. Default: they are refused. */
  readonly strangers?: "refuse" | "serve";
  /** Largest body that is read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** How long a body may take to arrive. Default 10,000. */
  readonly bodyTimeoutMs?: number;
  /** How long an answer may take before it becomes a stream. Default 1,000. */
  readonly patienceMs?: number;
  /** How often a stream says something. Default 5,000. */
  readonly beatMs?: number;
  /** How long the reader of a stream may take nothing of it. Default 30,000. */
  readonly stuckMs?: number;
  /** How long requests may take once the bridge is being closed. Default 10,000. */
  readonly drainMs?: number;
}

/** Answers requests; disposing drains them. */
export interface McpBridge extends AsyncDisposable {
  /** Answers a request that came from an address. */
  handle(request: Request, source: string): Promise<Response>;
  /** Requests that are not over. */
  readonly size: number;
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
export function createMcpBridge(options: McpBridgeOptions): McpBridge {
  const { admission, strangers = "refuse", drainMs = 10_000 } = options;
  const { allowedHosts = [], allowedOrigins = [] } = options;
  const { maxBodyBytes: maxBytes = 1024 * 1024, bodyTimeoutMs: timeoutMs = 10_000 } = options;
  const live = createLive();
  const cancellable = createCancellableCalls(options.cancellations);
  const ports: ToolUsePorts = {
    cancellable,
    patienceMs: options.patienceMs ?? 1_000,
    beatMs: options.beatMs ?? 5_000,
    stuckMs: options.stuckMs ?? 30_000,
    dispatch: createGatewayDispatch({ ...options, isDraining: () => live.isDraining }),
    search: options.search,
    results: createResults(options.serverInfo),
  };

  async function handle(request: Request, source: string): Promise<Response> {
    const about: About = { requestId: crypto.randomUUID() };
    let cors: Readonly<Record<string, string>> = {};
    let answer: Answer;
    try {
      cors = corsHeaders(checkEdge(request, { allowedHosts, allowedOrigins }));
      answer = await answerTo(request, { source, about });
    } catch (thrown) {
      answer = answerError(thrown, about);
    }
    const accepts = request.headers.get("accept-encoding");
    return respond(answer, { accepts, extra: { ...cors, ...headersOf(about) } });
  }

  async function answerTo(
    request: Request,
    { source, about }: { readonly source: string; readonly about: About },
  ): Promise<Answer> {
    if (request.method === "OPTIONS") return preflight();
    if (request.method !== "POST") throw methodNotAllowed();
    if (live.isDraining) throw shuttingDown();
    if (!accepts(request.headers.get("accept"), JSON_TYPES)) throw notAcceptable();
    const controller = new AbortController();
    const { signal, end: leave } = live.begin(controller);
    let unwatch = () => {};
    const running: Running = {
      ...{ signal, abort: () => controller.abort() },
      watchClient: () => void (unwatch = follow(request.signal, controller)),
      end() {
        unwatch();
        leave();
      },
    };
    let isStream = false;
    try {
      const caller = await callerOf(request.headers, source);
      const answer = await converse(request, { source, about, caller, running });
      isStream = typeof answer.body === "object" && answer.body !== null;
      return answer;
    } finally {
      if (!isStream) running.end();
    }
  }

  async function callerOf(headers: Headers, source: string): Promise<Caller | null> {
    const caller = await identify(headers.get("authorization"), { admission, source });
    if (caller === null && strangers === "refuse") throw unauthenticated();
    return caller;
  }

  async function converse(
    request: Request,
    { about, running, ...known }: {
      readonly source: string;
      readonly about: About;
      readonly caller: Caller | null;
      readonly running: Running;
    },
  ): Promise<Answer> {
    const { headers } = request;
    const value = await readJson(request, { maxBytes, timeoutMs });
    about.id = idIn(value);
    const message = parseMessage(value);
    const era = eraOf(message, headers);
    about.trace = traceOf(metaOf(message), headers);
    return await answerMessage(ports, {
      ...{ ...known, ...running, message, era, requestId: about.requestId },
      takesStream: headers.has("accept") && accepts(headers.get("accept"), STREAM_TYPES),
      session: era === "handshake" ? sessionOf(headers) : null,
    });
  }

  return {
    handle,
    get size() {
      return live.size;
    },
    async [Symbol.asyncDispose]() {
      if (!await live.drain(drainMs)) log.warn("requests outlast the drain", { drainMs });
      cancellable[Symbol.dispose]();
    },
  };
}

/** Aborts as `signal` does, until the result is called: the runtime aborts what ended well, too. */
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const abort = () => controller.abort();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}

/** A session that nobody was given is one that has ended: its client begins anew. */
function sessionOf(headers: Headers): string | null {
  const session = headers.get("mcp-session-id");
  if (session !== null && !SESSION.test(session)) throw unknownSession();
  return session;
}

/** What a message says of its trace counts more than what its transport says. */
function traceOf(
  meta: Readonly<Record<string, unknown>>,
  headers: Headers,
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
