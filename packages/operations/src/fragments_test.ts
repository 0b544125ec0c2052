import { ok, rejects } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { manualClock } from "./_manual_clock.ts";
import { operation, spec } from "./_operations.ts";
import { enforceAccess } from "./access.ts";
import { FromOpenAPI } from "./from_openapi.ts";
import { defaultAdapter, valibotAdapter, zodAdapter } from "./from_typemap.ts";
import { PendingRequestMap } from "./pending_request_map.ts";
import { OperationRegistry } from "./registry.ts";
import { subscribe } from "./subscribe.ts";
import { OperationType } from "./types.ts";
import { assertIsSchema, validateOrThrow } from "./validation.ts";

function pending(act: (map: PendingRequestMap, id: string) => void): Promise<unknown> {
  const clock = manualClock();
  const map = new PendingRequestMap(undefined, { clock });
  const call = map.call("a.b", {}, { deadline: clock.now() + 1 });
  const entries: unknown = Reflect.get(map, "entries");
  ok(entries instanceof Map);
  const [id] = entries.keys();
  if (act === expire) clock.advance(1);
  else act(map, id);
  return call;
}

const expire = () => {};

function http(status: number): Promise<unknown> {
  const registry = new OperationRegistry();
  registry.registerAll(FromOpenAPI({
    info: { title: "", version: "" },
    paths: { "/": { get: { operationId: "x" } } },
  }, {
    namespace: "s",
    baseUrl: "https://s.example",
    fetch: () => Promise.resolve(new Response("", { status })),
  }));
  return registry.execute("s.x", {}, {});
}

const registryWith = (handler: () => unknown) => {
  const registry = new OperationRegistry();
  registry.register(operation("a.b", handler));
  return registry;
};

const initialised = async (adapter: ReturnType<typeof zodAdapter>) => {
  await adapter.init();
  return adapter.toTypeBox({});
};

// operations.md §22: what others look for in messages. The values are wrong on purpose.
const rows: readonly [RegExp, () => unknown][] = [
  [/ResponseEnvelope/, () => new PendingRequestMap().respond("x", null as never)],
  [
    /PendingRequestMap\.respond\(\) requires a ResponseEnvelope/,
    () => new PendingRequestMap().respond("x", {} as never),
  ],
  [/was aborted/, () => pending((map, id) => map.abort(id))],
  [/timed out/, () => pending(expire)],
  [/completed without response/, () => pending((map, id) => map.complete(id))],
  [/identity required/, () => enforceAccess({ requiredScopes: ["s"] }, undefined, "a.b")],
  [
    /Cannot register handler for unknown operation/,
    () => new OperationRegistry().registerHandler("a.b", () => 1),
  ],
  [/must be an async generator function/i, () =>
    new OperationRegistry().register({
      ...spec("a.b", { type: OperationType.SUBSCRIPTION }),
      handler: () => 1,
    })],
  [/must return an async iterable/, () => subscribe(registryWith(() => 1), "a.b", {}, {}).next()],
  [/HTTP 404/, () => http(404)],
  [/HTTP 500/, () => http(500)],
  [/Not a valid TypeBox schema/, () => assertIsSchema({})],
  [/for the input/, () => assertIsSchema({}, "the input")],
  [/for the input/, () => validateOrThrow(Type.String(), 1, "the input")],
  [/Validation failed/, () => validateOrThrow(Type.String(), 1)],
  [/expected a TypeBox schema/, () => defaultAdapter.toTypeBox({})],
  [/not initialized/, () => zodAdapter().toTypeBox({})],
  [/not initialized/, () => valibotAdapter().toTypeBox({})],
  [/not a Zod or TypeBox schema/, () => initialised(zodAdapter())],
  [/not a Valibot or TypeBox schema/, () => initialised(valibotAdapter())],
];
for (const [index, [fragment, fail]] of rows.entries()) {
  Deno.test(`a message contains ${fragment} (row ${index + 1})`, async () => {
    await rejects(async () => await fail(), fragment);
  });
}
