import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { deferred } from "../_deferred.ts";
import { dispatching } from "../_dispatch.ts";
import { operation } from "../_operations.ts";
import type { OpenAPIOperation } from "../from_openapi.ts";
import { service } from "./_service.ts";

// operations.md §16.3: what the data are.
const bodies: readonly [string, BodyInit | null, unknown][] = [
  ["application/json; charset=utf-8", '{"a":1}', { a: 1 }],
  ["application/problem+json", '{"a":1}', { a: 1 }],
  ["text/plain", "hello", "hello"],
  ["application/octet-stream", new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer],
];
for (const [contentType, body, data] of bodies) {
  Deno.test(`an answer of ${contentType} is read as such`, async () => {
    const { call } = service({}, {}, {
      response: () =>
        new Response(body, { status: 200, headers: { "content-type": contentType, "X-Own": "1" } }),
    });
    deepStrictEqual(await call(), {
      data,
      meta: {
        source: "http",
        statusCode: 200,
        headers: { "content-type": contentType, "x-own": "1" },
        contentType,
      },
    });
  });
}

Deno.test("no more of the response is used than the contract names", async () => {
  const least = {
    ok: true,
    status: 200,
    statusText: "",
    headers: new Headers({ "content-type": "application/json" }),
    json: () => Promise.resolve(7),
  };
  // A stand-in for `fetch` may answer with less than a whole Response.
  const { call } = service({}, {}, { response: () => least as Response });
  strictEqual((await call()).data, 7);
});

Deno.test("an answer past the bound is refused", async () => {
  const { call } = service({}, { maxResponseBytes: 10 }, {
    response: () => new Response("x".repeat(11), { headers: { "content-type": "text/plain" } }),
  });
  await rejects(call(), { code: "EXECUTION_ERROR", message: /larger than 10 bytes/ });
});

for (const status of [404, 500]) {
  Deno.test(`HTTP ${status} is an execution error, or named by its status where that is asked for`, async () => {
    const response = () => Response.json({ why: "x" }, { status, statusText: "No" });
    await rejects(service({}, {}, { response }).call(), {
      name: "CallError",
      code: "EXECUTION_ERROR",
      message: `HTTP ${status}: No`,
      details: { statusCode: status },
    });
    await rejects(service({}, { errorCodes: "http" }, { response }).call(), {
      code: `HTTP_${status}`,
      details: { why: "x" },
    });
  });
}

Deno.test("what a service says of a failure is kept up to 16 KiB, and no more of it is read", async () => {
  for (const [bytes, isKept] of [[16 * 1024, true], [16 * 1024 + 1, false]] as const) {
    const body = `"${"x".repeat(bytes - 2)}"`, headers = { "content-type": "application/json" };
    const response = () => new Response(body, { status: 500, headers });
    await rejects(service({}, { errorCodes: "http" }, { response }).call(), {
      ...{ code: "HTTP_500", details: isKept ? JSON.parse(body) : undefined },
    });
  }
});

Deno.test("the identity of the caller is not forwarded", async () => {
  const { call, sent } = service({});
  await call({}, { identity: { id: "ann-secret", scopes: ["s"] } });
  ok(!JSON.stringify(sent).includes("ann-secret"));
});

// A real server from here on: timeouts, aborts and streams.
async function serving<T>(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
  use: (baseUrl: string) => Promise<T>,
): Promise<T> {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  ok(typeof address === "object" && address !== null);
  try {
    return await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const streaming: OpenAPIOperation = {
  responses: { 200: { content: { "text/event-stream": {} } } },
};
const real = { fetch: globalThis.fetch };

Deno.test("a service that does not answer in time fails with TIMEOUT, also before a stream begins", async () => {
  await serving(() => {}, async (baseUrl) => {
    await rejects(service({}, { ...real, baseUrl, timeout: 20 }).call(), { code: "TIMEOUT" });
    await rejects(service(streaming, { ...real, baseUrl, timeout: 20 }).stream().next(), {
      code: "TIMEOUT",
    });
  });
});

Deno.test("an aborted call aborts its request", async () => {
  const reached = deferred();
  const gone = deferred();
  await serving((request) => {
    request.socket.once("close", () => gone.resolve());
    reached.resolve();
  }, async (baseUrl) => {
    const { registry } = service({}, { ...real, baseUrl });
    const handler = registry.getHandler("svc.op");
    const dispatcher = dispatching([[
      operation("a.ask", (input, context) => handler?.(input, context)),
      { visibility: "external", public: true },
    ]]);
    const controller = new AbortController();
    const call = dispatcher.call({
      operation: "a/ask",
      input: {},
      identity: null,
      signal: controller.signal,
    });
    await reached.promise;
    controller.abort();
    await rejects(call, { code: "ABORTED" });
    await gone.promise;
  });
});

Deno.test("a stream gives its events, whatever their pieces, and ends with the response", async () => {
  await serving((request, response) => {
    strictEqual(request.headers.accept, "text/event-stream");
    strictEqual(request.headers["content-type"], undefined);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const bytes = new TextEncoder().encode(
      '\ufeffdata: {"a":1}\r\n\r\nevent: x\ndata: ä\n\ndata: \n\n: c\n\ndata: 2\n\ndata: cut',
    );
    const write = (index: number): void => {
      if (index === bytes.length) return void response.end();
      response.write(bytes.subarray(index, index + 1), () => write(index + 1));
    };
    write(0);
  }, async (baseUrl) => {
    const values: unknown[] = [];
    // The time that the service has for its headers does not count for the stream.
    for await (
      const { data, meta } of service(streaming, { ...real, baseUrl, timeout: 5000 }).stream()
    ) {
      values.push(data);
      ok(
        meta.source === "http" && meta.contentType === "text/event-stream" &&
          meta.statusCode === 200,
      );
    }
    deepStrictEqual(values, [{ a: 1 }, "ä", 2]);
  });
});

Deno.test("leaving a stream closes its connection", async () => {
  const gone = deferred();
  await serving((request, response) => {
    request.socket.once("close", () => gone.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
  }, async (baseUrl) => {
    for await (const { data } of service(streaming, { ...real, baseUrl }).stream()) {
      strictEqual(data, 1);
      break;
    }
    // By itself it would close as well, some day.
    const late = setTimeout(() => gone.reject(new Error("the connection is still open")), 5000);
    await gone.promise.finally(() => clearTimeout(late));
  });
});

Deno.test("a stream with a body sends it, with its content type", async () => {
  const { stream, sent } = service(
    {
      ...streaming,
      method: "post",
      requestBody: { content: { "application/json": { schema: {} } } },
    },
    {},
    {
      response: () => new Response("data: 1\n\n"),
    },
  );
  for await (const _ of stream({ body: { q: 1 } }));
  const { method, headers, body } = sent[0]?.init ?? {};
  deepStrictEqual([method, headers, body], ["POST", {
    Accept: "text/event-stream",
    "Content-Type": "application/json",
  }, '{"q":1}']);
});

for (const ending of ["the end", "a failure", "an early stop"] as const) {
  Deno.test(`the reader of a stream is released after ${ending}, whatever else it has`, async () => {
    let released = 0;
    const steps = [{ done: false, value: new TextEncoder().encode("data: 1\n\n") }];
    const reader = {
      read: () => {
        const step = steps.shift();
        if (step === undefined && ending === "a failure") return Promise.reject(new Error("torn"));
        return Promise.resolve(step ?? { done: true, value: undefined });
      },
      releaseLock: () => void (released += 1),
    };
    const least = {
      ok: true,
      status: 200,
      statusText: "",
      headers: new Headers(),
      body: { getReader: () => reader },
    };
    // As above: the least that the contract names.
    const { stream } = service(streaming, {}, { response: () => least as unknown as Response });
    const loop = async () => {
      for await (const _ of stream()) if (ending === "an early stop") break;
    };
    if (ending === "a failure") await rejects(loop(), /torn/);
    else await loop();
    strictEqual(released, 1);
  });
}
