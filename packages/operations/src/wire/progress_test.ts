import { deferred } from "../_deferred.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { systemClock } from "../clock.ts";
import { createDispatcher } from "../dispatcher.ts";
import type { Dispatcher } from "../dispatch_types.ts";
import type { ProgressReport } from "../progress.ts";
import { OperationRegistry } from "../registry.ts";
import { type CallContext, OperationType } from "../types.ts";
import { registryView } from "../view.ts";
import { Inbound } from "./inbound.ts";
import { wireLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { parseFrame } from "./parse_frame.ts";
import { createCallSession } from "./session.ts";
import { settle } from "./_session.ts";
import type { CallSession } from "./session_types.ts";

/** Runs an operation. */
function working(handler: (context: CallContext) => unknown): Dispatcher {
  const registry = new OperationRegistry();
  registry.register({
    ...{ namespace: "test", name: "work", version: "1.0.0", type: OperationType.MUTATION },
    ...{ description: "Works", accessControl: { requiredScopes: [] } },
    ...{ inputSchema: Type.Unknown(), outputSchema: Type.Unknown() },
    // A dispatcher makes whole contexts.
    handler: (_input, context) => handler(context as CallContext),
  }, { visibility: "external", public: true });
  return createDispatcher({ view: registryView(registry) });
}

/** Two sessions, of which one serves an operation; what it sends is kept. */
function pair(handler: (context: CallContext) => unknown) {
  const sent: string[] = [];
  const close = () => {};
  const client: CallSession = createCallSession({ send: (frame) => server.receive(frame), close });
  const server: CallSession = createCallSession({
    send(frame) {
      sent.push(JSON.parse(frame).type);
      client.receive(frame);
    },
    close,
    dispatcher: working(handler),
  });
  return { client, server, sent };
}

const three = (context: CallContext) => {
  for (const progress of [1, 2, 3]) context.progress({ progress, total: 3 });
  return { wanted: context.wantsProgress };
};

Deno.test("a caller that wants to hear of progress hears what the handler says, in order", async () => {
  const { client } = pair(three);
  const heard: ProgressReport[] = [];
  const answer = await client.call("/test/work", {}, {
    onProgress: (report) => heard.push(report),
  });
  deepStrictEqual(answer, { wanted: true });
  deepStrictEqual(heard, [1, 2, 3].map((progress) => ({ progress, total: 3 })));
});

Deno.test("a caller that does not want to hear of progress is sent none", async () => {
  const { client, sent } = pair(three);
  deepStrictEqual(await client.call("/test/work", {}), { wanted: false });
  deepStrictEqual(sent, ["call.responded"]);
});

Deno.test("what a handler says when its call is over, or that is no progress, is not told", async () => {
  const { promise, resolve } = deferred<CallContext>();
  const { client, sent } = pair((context) => {
    context.progress({ progress: NaN });
    resolve(context);
    return {};
  });
  await client.call("/test/work", {}, { onProgress: () => {} });
  (await promise).progress({ progress: 1 });
  deepStrictEqual(sent, ["call.responded"]);
});

for (
  const [payload, expected] of [
    [{ progress: 1, total: 2, message: "half" }, { progress: 1, total: 2, message: "half" }],
    [{ progress: 1, total: "2", message: 3, more: true }, { progress: 1 }],
    [{ progress: "1" }, undefined],
    [{}, undefined],
  ] as const
) {
  Deno.test(`call.progress with ${JSON.stringify(payload)} says ${JSON.stringify(expected)}`, () => {
    const parsed = parseFrame(JSON.stringify({ type: "call.progress", id: "1", payload }));
    const { event } = Object(parsed);
    deepStrictEqual(event?.payload, expected);
    strictEqual(parsed.kind, expected === undefined ? "refused" : "event");
  });
}

Deno.test("news that are wrong, or of a call that nobody made, do no harm", async () => {
  const { client } = pair(() => ({}));
  for (const payload of [{}, { progress: 1 }]) {
    client.receive(JSON.stringify({ type: "call.progress", id: "nobody's", payload }));
  }
  deepStrictEqual(await client.call("/test/work", {}), {});
});

Deno.test("a listener for progress that throws harms neither the connection nor the call", async () => {
  const { client } = pair(three);
  const heard: number[] = [];
  const answer = await client.call("/test/work", {}, {
    onProgress({ progress }) {
      heard.push(progress);
      throw new Error("no");
    },
  });
  deepStrictEqual([answer, heard], [{ wanted: true }, [1, 2, 3]]);
});

Deno.test("what is said while the peer takes nothing is not told, and leaves nothing behind that waits", async () => {
  const sent: string[] = [], limits = wireLimits({ unsentBytes: 200 });
  const left = deferred();
  let waiting = 0;
  class CountingOutbox extends Outbox {
    override ready(): Promise<void> | undefined {
      const pause = super.ready();
      if (pause !== undefined) waiting += 1;
      return pause;
    }
  }
  const send = (frame: string) => {
    sent.push(JSON.parse(frame).type);
    return left.promise;
  };
  const outbox = new CountingOutbox({ send, limits, clock: systemClock, onStuck: () => {} });
  const dispatcher = working((context) => {
    for (let progress = 0; progress < 1_000; progress++) context.progress({ progress });
    return {};
  });
  const inbound = new Inbound({ send, close: () => {}, dispatcher, outbox, wireLimits: limits });
  inbound.serve("1", { operation: "test/work", input: {}, wantsProgress: true });
  await settle();
  strictEqual(sent.at(-1), "call.responded");
  outbox.close();
  left.resolve();
  strictEqual(waiting, 0);
  ok(sent.length < 10, `${sent.length} frames`);
});
