import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { createAnswerStream, GAP_MS } from "./answer_stream.ts";
import { createProgress, newsOfProgress } from "./progress.ts";
import { ANN, ask, type Serving, serving, use } from "./_serving_testing.ts";

const slow = { operation: "test/wait" };

/** Uses a tool whose slow call goes on once the answer holds something; gives all of the answer. */
async function useUntil(
  hub: Serving,
  { tool, input, meta, seen }: {
    readonly tool: string;
    readonly input: unknown;
    readonly meta?: Readonly<Record<string, unknown>>;
    readonly seen: RegExp;
  },
): Promise<{ readonly type: string | null; readonly text: string }> {
  const params = { name: tool, arguments: input, _meta: meta ?? {} };
  const response = await fetch(hub.url, {
    method: "POST",
    headers: ANN,
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (seen.test(text)) { for (const { release } of hub.waiting) release(); }
  }
  return { type: response.headers.get("content-type"), text };
}

Deno.test("an answer that takes long becomes a stream, which tells of progress, then the result", async () => {
  await using hub = serving({ patienceMs: 10, beatMs: 20 });
  const seen =
    /"method":"notifications\/progress","params":\{"progressToken":"p","progress":0\.[1-9]/;
  const meta = { progressToken: "p" };
  const { type, text } = await useUntil(hub, { tool: "call", input: slow, meta, seen });
  strictEqual(type, "text/event-stream");
  match(text, seen);
  const events = text.split("\n\n").filter((event) => event !== "" && event !== ":");
  ok(events.every((event) => event.startsWith("event: message\ndata: {")));
  match(events.at(-1) ?? "", /"structuredContent":\{"isDone":true\}/);
  strictEqual(hub.bridge.size, 0, "the request is over");
});

Deno.test("a stream tells nothing of progress to whom has not asked, but is not silent", async () => {
  await using hub = serving({ patienceMs: 10, beatMs: 20 });
  const { text } = await useUntil(hub, { tool: "call", input: slow, seen: /(:\n\n){8}/ });
  ok(!text.includes("notifications/progress"));
  match(text, /"structuredContent":\{"isDone":true\}/);
});

Deno.test("the progress of a batch is how many of its calls are done", async () => {
  await using hub = serving({ patienceMs: 10, beatMs: 20 });
  const input = { calls: [slow, { operation: "test/open" }, { operation: "test/open" }] };
  const seen = /"params":\{"progressToken":7,"progress":2,"total":3\}/;
  const meta = { progressToken: 7 };
  const { text } = await useUntil(hub, { tool: "batch", input, meta, seen });
  match(text, seen);
});

Deno.test("whoever takes JSON alone gets JSON, however long it takes", async () => {
  await using hub = serving({ patienceMs: 0 });
  const answer = use(hub.url, "call", { input: slow, headers: { accept: "application/json" } });
  (await until(() => [...hub.waiting][0], { what: "the call to run" })).release();
  const { headers, body } = await answer;
  strictEqual(headers.get("content-type"), "application/json");
  deepStrictEqual(body.result.structuredContent, { isDone: true });
});

Deno.test("whoever does not take JSON is refused with 406", async () => {
  await using hub = serving();
  const { status } = await ask(hub.url, {
    method: "tools/list",
    headers: { accept: "text/event-stream" },
  });
  strictEqual(status, 406);
});

Deno.test("a client that goes away from a stream aborts its call", async () => {
  await using hub = serving({ patienceMs: 10, beatMs: 20 });
  const params = { name: "call", arguments: slow };
  const response = await fetch(hub.url, {
    method: "POST",
    headers: ANN,
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  await response.body?.cancel();
  await until(() => hub.aborted.length === 1, { what: "the call to be aborted" });
  await until(() => hub.bridge.size === 0, { what: "the request to be over" });
});

Deno.test("a stream whose reader takes nothing is given up, and ends once", async () => {
  let ended = 0;
  const parts = { work: new Promise<string>(() => {}) };
  const onEnd = () => void ended++;
  const stream = createAnswerStream({ ...parts, beatMs: 1, stuckMs: 20, onEnd });
  const reader = stream.getReader();
  strictEqual(new TextDecoder().decode((await reader.read()).value), ":\n\n");
  await until(() => ended === 1, { what: "the stream to be given up" });
  await rejects(reader.read(), /takes nothing/);
  strictEqual(ended, 1);
});

/** A stream whose operation tells how far it has come. */
function telling() {
  const { promise: work, resolve } = Promise.withResolvers<string>();
  const progress = createProgress();
  let watched = 0;
  Object.defineProperty(work, "then", {
    value(onDone: (text: string) => void, onFailed: (error: unknown) => void) {
      watched++;
      return Promise.prototype.then.call(work, onDone, onFailed);
    },
  });
  const times = { beatMs: 60_000, stuckMs: 60_000 };
  const stream = createAnswerStream({
    ...{ work, news: newsOfProgress(progress, "p"), ...times, onEnd: () => {} },
  });
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  return {
    ...{ progress, resolve },
    /** What comes next, and how often its work was watched until then. */
    read: async () => [toldIn((await reader.read()).value), watched] as const,
  };
}

/** How far it has come by a chunk; an answer is told as it is. */
function toldIn(chunk = ""): readonly unknown[] {
  return chunk.split("\n\n").filter((event) => event !== "").map((event) => {
    const { params, ...answer } = JSON.parse(event.slice("event: message\ndata: ".length));
    return params?.progress ?? answer;
  });
}

Deno.test("however fast an operation comes on, there is time between two notifications", async () => {
  // Before the first is said: what says it need not be heard at once.
  const { progress, read, resolve } = telling(), startedAt = performance.now();
  progress.report({ progress: 1 });
  deepStrictEqual(await read(), [[1], 1]);
  for (let at = 1; at <= 4; at++) {
    for (let part = 0; part < 100; part++) progress.report({ progress: at + part / 100 });
    // All of it is told by what it said last.
    deepStrictEqual(await read(), [[at + 0.99], 1], "and its work is watched once");
    ok(performance.now() - startedAt > at * GAP_MS * 0.9);
  }
  resolve("{}");
  deepStrictEqual(await read(), [[{}], 1]);
});

Deno.test("what an operation says last comes before the answer, however soon that comes", async () => {
  const { progress, read, resolve } = telling();
  progress.report({ progress: 1, total: 2 });
  await read();
  progress.report({ progress: 2, total: 2 });
  resolve("{}");
  deepStrictEqual(await read(), [[2, {}], 1]);
});

Deno.test("clients that read nothing of their streams hold nobody else up", async () => {
  const client = { calls: 1_000, streams: 0 };
  const liveLimits = { client, node: client, anonymous: client };
  await using hub = serving({ patienceMs: 10, beatMs: 5, liveLimits });
  const params = { name: "call", arguments: slow };
  const idle = await Promise.all(Array.from({ length: 200 }, () =>
    fetch(hub.url, {
      method: "POST",
      headers: ANN,
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    })));
  const { body } = await use(hub.url, "call", { input: { operation: "test/open" } });
  deepStrictEqual(body.result.structuredContent, { isOpen: true });
  await Promise.all(idle.map((response) => response.body?.cancel()));
  await until(() => hub.aborted.length === 200, { what: "the calls to be aborted" });
});
