/**
 * What a call map does over every event target (check 10 of the pubsub contract).
 *
 * @module
 */
import { createPubSub, type TypedEvent, type TypedEventTarget } from "@alkdev/pubsub";
import { Type } from "@sinclair/typebox";
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  buildCallHandler,
  OperationRegistry,
  OperationType,
  PendingRequestMap,
  type ResponseEnvelope,
} from "../src/index.ts";

/** Two ends of one transport, or one end twice. */
export interface EndPair extends AsyncDisposable {
  /** Where calls are made. */
  readonly caller: EventTarget | TypedEventTarget<TypedEvent>;
  /** Where they are answered. */
  readonly handler: EventTarget | TypedEventTarget<TypedEvent>;
  /** Resolves when what both ends subscribed is in force. */
  settle(): Promise<void>;
  /** Values that may wait, where more than the default arrive in one piece. */
  readonly queueLimit?: number;
}

interface Setting {
  readonly calls: PendingRequestMap;
  /** Publishes an abort at the handler's end. */
  abort(requestId: string): void;
  /** Ids of the requests that were served, in order. */
  readonly served: string[];
  /** Resolves when the endless stream was closed. */
  readonly closed: Promise<void>;
  /** Ends the stream that waits. */
  release(): void;
}

const VALUES = 2000;

function registryOf(onClosed: () => void, released: Promise<void>): OperationRegistry {
  const registry = new OperationRegistry();
  const common = {
    namespace: "t",
    version: "1.0.0",
    description: "",
    inputSchema: Type.Unknown(),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: [] },
  };
  const stream = { ...common, type: OperationType.SUBSCRIPTION };
  registry.register({
    ...common,
    name: "echo",
    type: OperationType.QUERY,
    handler: (input: unknown) => input,
  });
  registry.register({
    ...common,
    name: "never",
    type: OperationType.QUERY,
    handler: () => new Promise(() => {}),
  });
  registry.register({
    ...stream,
    name: "count",
    handler: async function* () {
      for (let value = 0; value < VALUES; value++) yield value;
    },
  });
  registry.register({
    ...stream,
    name: "endless",
    handler: async function* () {
      try {
        for (let value = 0;; value++) {
          yield value;
          await new Promise((resolve) => setTimeout(resolve));
        }
      } finally {
        onClosed();
      }
    },
  });
  registry.register({
    ...stream,
    name: "waits",
    handler: async function* () {
      yield 1;
      await released;
    },
  });
  registry.register({
    ...stream,
    name: "breaks",
    handler: async function* () {
      yield 1;
      yield 2;
      throw new Error("MID: it broke");
    },
    errorSchemas: [{ code: "MID", description: "", schema: {} }],
  });
  return registry;
}

async function collect(stream: AsyncIterable<ResponseEnvelope>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { data } of stream) values.push(data);
  return values;
}

const RULES: Record<string, (setting: Setting) => Promise<void>> = {
  "a call is answered": async ({ calls }) => {
    const { data } = await calls.call("t.echo", { a: [1, null, "ä"] });
    deepStrictEqual(data, { a: [1, null, "ä"] });
  },

  "two thousand values of a stream arrive, in order": async ({ calls }) => {
    const values = await collect(calls.subscribe("t.count", {}));
    deepStrictEqual(values, Array.from({ length: VALUES }, (_, value) => value));
  },

  "a consumer that leaves closes the stream at the other end": async ({ calls, closed }) => {
    for await (const { data } of calls.subscribe("t.endless", {})) {
      if (data === 3) break;
    }
    await closed;
  },

  "an abort from the handler's side fails a call and ends a stream": async (setting) => {
    const { calls, abort, served, release } = setting;
    const call = calls.call("t.never", {});
    const stream = calls.subscribe("t.waits", {})[Symbol.asyncIterator]();
    strictEqual((await stream.next()).done, false);
    for (const requestId of served) abort(requestId);
    await rejects(call, { code: "ABORTED", message: /was aborted/ });
    strictEqual((await stream.next()).done, true);
    // Not every transport gives the handler its own events back, and so its own abort.
    release();
  },

  "an error in mid-stream comes after the values": async ({ calls }) => {
    const values: unknown[] = [];
    await rejects(async () => {
      for await (const { data } of calls.subscribe("t.breaks", {})) values.push(data);
    }, { code: "MID", message: "MID: it broke" });
    deepStrictEqual(values, [1, 2]);
  },
};

/** Tests a call map over the targets that `open` gives. */
export function testCallMap(
  name: string,
  open: () => EndPair | Promise<EndPair>,
  { ignore }: { ignore?: string | undefined } = {},
): void {
  for (const [rule, check] of Object.entries(RULES)) {
    Deno.test({
      name: `a call map over ${name}: ${rule}`,
      ignore: ignore !== undefined,
      async fn() {
        await using pair = await open();
        await joined(pair, check);
      },
    });
  }
}

async function joined(pair: EndPair, check: (setting: Setting) => Promise<void>): Promise<void> {
  // Both take any target at run time; the types know the DOM's only, or one kind of events.
  const { queueLimit } = pair;
  const calls = new PendingRequestMap(
    pair.caller as EventTarget,
    queueLimit === undefined ? {} : { queueLimit },
  );
  const answers = pair.caller === pair.handler
    ? calls
    : new PendingRequestMap(pair.handler as EventTarget);
  const events = createPubSub<{ "call.aborted": { requestId: string } }>({
    eventTarget: pair.handler as never,
  });
  const served: string[] = [];
  let onClosed = () => {};
  const closed = new Promise<void>((resolve) => onClosed = resolve);
  let release = () => {};
  const released = new Promise<void>((resolve) => release = resolve);
  const registry = registryOf(onClosed, released);
  const serve = buildCallHandler({ registry, callMap: answers });
  answers["call.requested"].subscribe((event) => {
    served.push(event.requestId);
    return serve(event);
  });
  try {
    await pair.settle();
    await check({
      calls,
      served,
      closed,
      abort: (requestId) => events.publish("call.aborted", "", { requestId }),
      release,
    });
    strictEqual(calls.getPendingCount(), 0);
    ok(served.length > 0);
  } finally {
    calls.close();
    answers.close();
    events.close();
  }
}
