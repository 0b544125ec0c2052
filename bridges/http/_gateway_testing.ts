/** A gateway that listens, with real operations behind it; for tests. */
import {
  CallError,
  createDispatcher,
  OperationRegistry,
  type OperationSpec,
  OperationType,
  registryName,
  registryView,
  toWireSpec,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { Caller, OperationsCatalog, Renewed, Search } from "../ports.ts";
import type { GatewayBridge } from "../gateway/mod.ts";
import { createHttpBridge, type HttpBridgeOptions } from "./http_bridge.ts";

/** A gateway that listens. */
export interface Gateway extends AsyncDisposable {
  readonly bridge: GatewayBridge;
  readonly registry: OperationRegistry;
  readonly url: string;
  readonly port: number;
  /** Handlers that run, and those that were aborted. */
  readonly running: Set<string>;
  readonly aborted: string[];
  /** What `test/remember` was told. */
  readonly remembered: unknown[];
  /** Values that `test/fill` has given. */
  readonly filled: () => number;
  /** Says who somebody is from now on, and that something about them has changed. */
  change(id: string, renewed: (caller: Caller) => Renewed): void;
}

const CALLERS = new Map<string, Caller>([
  ["token-of-ann", callerOf("ann", ["use"])],
  ["token-of-bob", callerOf("bob", [])],
]);

function callerOf(id: string, scopes: string[]): Caller {
  const credential = `first of ${id}`;
  return { identity: { id, scopes }, role: "client", credential, notAfterMs: null };
}

const PUBLIC = { visibility: "external", public: true } as const;
const EXTERNAL = { visibility: "external" } as const;

function specOf(name: string, about: Partial<OperationSpec> = {}): OperationSpec {
  return {
    ...{ namespace: "test", name, version: "1.0.0", type: OperationType.QUERY },
    ...{ description: `Does ${name}`, accessControl: { requiredScopes: ["use"] } },
    ...{ inputSchema: Type.Object({}), outputSchema: Type.Unknown() },
    ...about,
  };
}

const OPEN = { accessControl: { requiredScopes: [] } };
const STREAM = { type: OperationType.SUBSCRIPTION };

/** Operations that tests call. */
function registerAll(
  registry: OperationRegistry,
  gateway: Omit<Gateway, "url" | "port" | "bridge" | "change" | typeof Symbol.asyncDispose> & {
    fill: () => void;
  },
): void {
  const { running, aborted, remembered } = gateway;
  const wait = (name: string, signal: AbortSignal | undefined) => {
    running.add(name);
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        running.delete(name);
        aborted.push(name);
        reject(signal.reason);
      });
    });
  };
  registry.register({
    ...specOf("whoami", OPEN),
    handler: (_input, { identity }) => identity?.id ?? "nobody",
  }, PUBLIC);
  registry.register({
    ...specOf("echo", { inputSchema: Type.Object({ text: Type.String() }) }),
    handler: (input) => input,
  }, EXTERNAL);
  registry.register({
    ...specOf("context"),
    handler: (_input, { identity, internal, forwardedFor, trusted }) => ({
      id: identity?.id,
      internal,
      forwardedFor,
      trusted: trusted === true,
    }),
  }, EXTERNAL);
  registry.register({
    ...specOf("slow", { inputSchema: Type.Object({ ms: Type.Integer() }) }),
    handler: ({ ms }: { ms: number }) =>
      new Promise((resolve) => setTimeout(() => resolve(ms), ms)),
  }, EXTERNAL);
  registry.register({
    ...specOf("wait"),
    handler: (_input, { signal }) => wait("wait", signal),
  }, EXTERNAL);
  registry.register({ ...specOf("hidden"), handler: () => "seen" });
  registry.register({
    ...specOf("text", { inputSchema: Type.Object({ chars: Type.Integer() }) }),
    handler: ({ chars }: { chars: number }) => "x".repeat(chars),
  }, EXTERNAL);
  registry.register({ ...specOf("cycle"), handler: () => 1n }, EXTERNAL);
  registry.register({
    ...specOf("remember", {
      type: OperationType.MUTATION,
      inputSchema: Type.Object({
        text: Type.Optional(Type.String()),
        commandId: Type.Optional(Type.String({ "x-idempotency-key": true })),
      }),
    }),
    handler: (input: unknown) => remembered.push(input),
  }, EXTERNAL);
  registry.register({
    ...specOf("forget", { type: OperationType.MUTATION }),
    handler: () => remembered.splice(0).length,
  }, EXTERNAL);
  registry.register({
    ...specOf("fail", {
      inputSchema: Type.Object({
        code: Type.String(),
        details: Type.Optional(Type.Unknown()),
        retryable: Type.Optional(Type.Boolean()),
      }),
      errorSchemas: [
        { code: "TEAPOT", description: "Short and stout", schema: {}, httpStatus: 418 },
        { code: "LIAR", description: "Says it went well", schema: {}, httpStatus: 200 },
        { code: "PLAIN", description: "Without a status", schema: {} },
        { code: "BUSY", description: "Later", schema: {}, httpStatus: 503 },
      ],
    }),
    handler: ({ code, details, retryable = false }: {
      code: string;
      details?: unknown;
      retryable?: boolean;
    }) => {
      throw new CallError(code, "it failed", details, { retryable });
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("count", {
      ...STREAM,
      inputSchema: Type.Object({ to: Type.Integer(), from: Type.Optional(Type.String()) }),
      outputSchema: Type.Object({ position: Type.String() }),
    }),
    handler: async function* ({ to, from = "0" }: { to: number; from?: string }) {
      for (let i = Number(from) + 1; i <= to; i++) yield { position: String(i) };
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("numbers", {
      ...STREAM,
      inputSchema: Type.Object({ to: Type.Integer(), fail: Type.Optional(Type.Boolean()) }),
    }),
    handler: async function* ({ to, fail = false }: { to: number; fail?: boolean }) {
      for (let i = 0; i < to; i++) yield i;
      if (fail) throw new CallError("EXECUTION_ERROR", "it broke");
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("idle", STREAM),
    handler: async function* (_input: unknown, { signal }) {
      yield await wait("idle", signal);
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("first", STREAM),
    handler: async function* (_input: unknown, { signal }) {
      yield 1;
      yield await wait("first", signal);
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("fill", STREAM),
    handler: async function* () {
      running.add("fill");
      try {
        for (;;) {
          gateway.fill();
          yield "x".repeat(64 * 1024);
        }
      } finally {
        running.delete("fill");
        aborted.push("fill");
      }
    },
  }, EXTERNAL);
  registry.register({
    ...specOf("schema", {
      ...OPEN,
      namespace: "services",
      inputSchema: Type.Object({ name: Type.String() }),
    }),
    // What it tells and to whom is tested where it is at home.
    handler: ({ name }: { name: string }) => {
      const registration = registryView(registry).external(name.replace(/^\//, ""));
      if (registration === undefined) throw new CallError("OPERATION_NOT_FOUND", "not found");
      return toWireSpec(registration, registryName(registration.spec) ?? name);
    },
  }, PUBLIC);
}

/** Finds everything by name, for everybody; what search finds is tested where it is at home. */
function searchOf(registry: OperationRegistry): Search {
  return {
    find: ({ identity, limit, query = "", cursor }) => ({
      operations: registry.getAllSpecs()
        .filter(({ name, accessControl }) =>
          name.includes(query) && name > (cursor ?? "") &&
          accessControl.requiredScopes.every((scope) => identity?.scopes.includes(scope))
        )
        .toSorted((a, b) => a.name < b.name ? -1 : 1)
        .slice(0, limit)
        .map(({ namespace, name, type, description }) => ({
          ...{ name: `${namespace}/${name}`, namespace, type, description },
        })),
    }),
  };
}

/** Listens on a free port of loopback. */
export function listening(options: Partial<HttpBridgeOptions> = {}): Gateway {
  const registry = new OperationRegistry();
  let filled = 0;
  const known = {
    ...{ registry, running: new Set<string>(), aborted: [], remembered: [] },
    ...{ filled: () => filled, fill: () => void filled++ },
  };
  registerAll(registry, known);
  const view = registryView(registry);
  const catalog: OperationsCatalog = {
    find: (name) => view.external(name.replace(/^\//, ""))?.spec,
  };
  const tickets = new Map<string, string>();
  const listeners = new Set<(concerns: (caller: Caller) => boolean) => void>();
  const changes = new Map<string, (caller: Caller) => Renewed>();
  const bridge = createHttpBridge({
    ...{ catalog, dispatcher: createDispatcher({ view }), search: searchOf(registry) },
    admission: {
      resolve: (token) => CALLERS.get(token) ?? null,
      renew: (caller) => Promise.resolve(changes.get(caller.identity.id)?.(caller) ?? { caller }),
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    tickets: {
      issueTicket({ credential }, origin) {
        const ticket = `ticket ${tickets.size} for ${credential} at ${origin}`;
        tickets.set(ticket, credential);
        return Promise.resolve({ ticket, expiresInS: 30 });
      },
    },
    ...{ rateLimiter: () => undefined, anonymousLimiter: () => undefined, drainMs: 1_000 },
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  const { port } = server.addr;
  return {
    ...known,
    ...{ bridge, port, url: `http://127.0.0.1:${port}` },
    change(id, renewed) {
      changes.set(id, renewed);
      for (const listener of listeners) listener(({ identity }) => identity.id === id);
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** How a request is made. */
export interface AskOptions {
  /** Default: that of ann; `null` for none. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Makes a request, with a body by POST. */
export function ask(
  { url }: Pick<Gateway, "url">,
  path: string,
  { token = "token-of-ann", headers = {}, body, method, signal }: AskOptions = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Status and parsed body of an answer. */
export async function told(
  answer: Promise<Response>,
  // deno-lint-ignore no-explicit-any -- whatever was answered is compared as it is
): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await answer;
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // no JSON: compared as text
  }
}

/** Calls an operation. */
export function call(
  gateway: Pick<Gateway, "url">,
  operation: string,
  { input, ...options }: AskOptions & { readonly input?: unknown } = {},
) {
  return told(ask(gateway, "/call", { ...options, body: { operation, input } }));
}

/** Sends bytes as they are and gives what comes back until `until` matches or the end. */
export async function raw(
  { port }: Pick<Gateway, "port">,
  { send, until = /$^/ }: { readonly send: string; readonly until?: RegExp },
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(send));
  const decoder = new TextDecoder(), buffer = new Uint8Array(16 * 1024);
  let text = "";
  while (!until.test(text)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}
