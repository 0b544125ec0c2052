/** A bridge that listens, and messages to it; for tests. */
import {
  authorize,
  CallError,
  createDispatcher,
  createRateLimiter,
  OperationRegistry,
  OperationType,
  parseOperationName,
  registryName,
  registryView,
  toWireSpec,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { Caller, Search } from "../ports.ts";
import type { GatewayBridge } from "../gateway/mod.ts";
import { createMcpBridge, type McpBridgeOptions } from "./mod.ts";
import { META, STATELESS } from "./revisions.ts";

/** A bridge that listens. */
export interface Serving extends AsyncDisposable {
  readonly bridge: GatewayBridge;
  readonly url: string;
  /** Calls of `test/wait` that run. */
  readonly waiting: Set<Waiting>;
  /** Whom `test/wait` was aborted for. */
  readonly aborted: string[];
}

/** A call that waits until it is told to go on. */
export interface Waiting {
  readonly release: () => void;
}

/** What was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** The message; of a stream the last one. */
  // deno-lint-ignore no-explicit-any -- what is in it is what tests look at
  readonly body: any;
  readonly text: string;
}

/** Callers by token. */
const CALLERS = new Map<string, Caller>(
  (["ann", "bob", "poor"] as const).map((id) => [`token-of-${id}`, {
    identity: { id, scopes: id === "poor" ? [] : ["use"] },
    role: "client",
    credential: `of ${id}`,
    notAfterMs: null,
  }]),
);

/** Operations that tests call. */
function createOperations({ waiting, aborted }: Pick<Serving, "waiting" | "aborted">) {
  const registry = new OperationRegistry();
  const common = {
    namespace: "test",
    version: "1.0.0",
    accessControl: { requiredScopes: ["use"] },
    inputSchema: Type.Unknown(),
    outputSchema: Type.Unknown(),
  };
  const { QUERY, MUTATION, SUBSCRIPTION } = OperationType;
  const external = { visibility: "external" } as const;
  registry.register({
    ...{ ...common, name: "echo", type: QUERY, description: "Gives back what it is given" },
    inputSchema: Type.Object({ text: Type.String() }, { additionalProperties: false }),
    handler: (input) => input,
  }, external);
  registry.register({
    ...{ ...common, name: "whoami", type: QUERY, description: "" },
    handler: (_input, { identity }) => identity?.id ?? null,
  }, external);
  registry.register({
    ...{ ...common, name: "request", type: QUERY, description: "Under which id it runs" },
    handler: (_input, { requestId }) => ({ requestId }),
  }, external);
  registry.register({
    ...{ ...common, name: "open", type: QUERY, description: "For everybody" },
    accessControl: { requiredScopes: [] },
    handler: () => ({ isOpen: true }),
  }, { ...external, public: true });
  registry.register({
    ...{ ...common, name: "wait", type: MUTATION, description: "Takes its time" },
    handler: (_input, { signal, identity }) =>
      new Promise((resolve, reject) => {
        const call = { release: () => resolve({ isDone: true }) };
        waiting.add(call);
        signal?.addEventListener("abort", () => {
          waiting.delete(call);
          aborted.push(identity?.id ?? "");
          reject(signal.reason);
        });
      }),
  }, external);
  registry.register({
    ...{ ...common, name: "keyed", type: MUTATION, description: "Takes a key" },
    inputSchema: Type.Object({
      key: Type.Optional(Type.String({ "x-idempotency-key": true })),
    }),
    handler: (input) => input,
  }, external);
  registry.register({
    ...{ ...common, name: "fail", type: QUERY, description: "Fails" },
    errorSchemas: [{ code: "FULL", description: "", schema: Type.Unknown(), httpStatus: 507 }],
    handler: () => {
      throw new CallError("FULL", "there is no room", { free: 0 });
    },
  }, external);
  registry.register({
    ...{ ...common, name: "break", type: QUERY, description: "Has a mistake in it" },
    handler: () => {
      throw new Error("the password is 1234");
    },
  }, external);
  registry.register({
    ...{ ...common, name: "unwritable", type: QUERY, description: "Gives what is no JSON" },
    handler: () => ({ big: 1n }),
  }, external);
  registry.register({
    ...{ ...common, name: "ticks", type: SUBSCRIPTION, description: "Gives values" },
    handler: async function* () {
      yield await Promise.resolve(1);
    },
  }, external);
  registry.register({
    ...{ ...common, name: "hidden", type: QUERY, description: "For operations alone" },
    handler: () => ({}),
  });
  registry.register({
    ...{ ...common, namespace: "services", name: "schema", type: QUERY, description: "" },
    accessControl: { requiredScopes: [] },
    handler: ({ name }: { name: string }) => {
      const found = registryView(registry).external(parseOperationName(name) ?? "");
      if (found === undefined) throw new CallError("OPERATION_NOT_FOUND", "not found");
      return toWireSpec(found, registryName(found.spec) ?? "");
    },
  }, { ...external, public: true });
  return registry;
}

/** Finds names and descriptions that hold the query, of what somebody may call. */
function createSearch(registry: OperationRegistry): Search {
  return {
    find({ identity, query = "", types, limit }) {
      const claim = { id: null, ownership: null };
      const operations = registry.getAllSpecs().flatMap((spec) => {
        const name = registryName(spec) ?? "";
        const registration = registryView(registry).external(name);
        const isTold = types?.includes(spec.type) !== false &&
          `${name} ${spec.description}`.includes(query) &&
          registration?.access.every((control) => authorize(control, identity, claim).ok);
        const { namespace, type, description } = spec;
        return isTold === true ? [{ name, namespace, type, description }] : [];
      });
      return { operations: operations.slice(0, limit) };
    },
  };
}

/** Listens on a free port of loopback. */
export function serving(options: Partial<McpBridgeOptions> = {}): Serving {
  const waiting = new Set<Waiting>(), aborted: string[] = [];
  const registry = createOperations({ waiting, aborted });
  const bridge = createMcpBridge({
    dispatcher: createDispatcher({ view: registryView(registry) }),
    catalog: {
      find: (operation) =>
        registryView(registry).external(parseOperationName(operation) ?? "")?.spec,
    },
    search: createSearch(registry),
    rateLimiter: createRateLimiter({ perSecond: 10_000, burst: 10_000 }),
    admission: {
      resolve(token) {
        if (token === "unknowable") throw new CallError("UNAVAILABLE", "try again later");
        return CALLERS.get(token) ?? null;
      },
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
    serverInfo: { name: "hub", version: "1.2.3" },
    drainMs: 1_000,
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  return {
    ...{ bridge, waiting, aborted },
    url: `http://127.0.0.1:${server.addr.port}/mcp`,
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** The headers of ann's messages. */
export const ANN = {
  authorization: "Bearer token-of-ann",
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
} as const;

/** What every message of the stateless revision says of itself. */
export const ENVELOPE = {
  [META.protocolVersion]: STATELESS,
  [META.clientCapabilities]: {},
} as const;

/** Sends a body as it is; a header that is `undefined` is left out. */
export async function send(
  url: string,
  body: string | ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<Answered> {
  const all = Object.entries({ ...ANN, ...headers }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]]
  );
  const response = await fetch(url, { method: "POST", body, headers: all });
  const text = await response.text();
  const last = text.split("\n").findLast((line) => line.startsWith("data: "))?.slice(6) ?? text;
  const isJson = last.startsWith("{");
  const { status } = response;
  return { status, headers: response.headers, text, body: isJson ? JSON.parse(last) : undefined };
}

/** Asks in the stateless revision. */
export function ask(
  url: string,
  { method, params = {}, meta = {}, headers = {}, id = 1 }: {
    readonly method: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly id?: string | number;
  },
): Promise<Answered> {
  const { name } = params;
  const message = {
    ...{ jsonrpc: "2.0", id, method },
    params: { ...params, _meta: { ...ENVELOPE, ...meta } },
  };
  return send(url, JSON.stringify(message), {
    "mcp-protocol-version": STATELESS,
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": name } : {}),
    ...headers,
  });
}

/** Uses a tool in the stateless revision, as ann. */
export function use(
  url: string,
  name: string,
  { input = {}, ...rest }: {
    readonly input?: unknown;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string | undefined>>;
  } = {},
): Promise<Answered> {
  return ask(url, { method: "tools/call", params: { name, arguments: input }, ...rest });
}
