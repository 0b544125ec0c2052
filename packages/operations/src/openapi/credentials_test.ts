import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { HTTPServiceConfig } from "../from_openapi.ts";
import { service } from "./_service.ts";

// operations.md §16.2
const auths: readonly [HTTPServiceConfig["auth"], Record<string, string>][] = [
  [{ type: "bearer", token: "t" }, { Authorization: "Bearer t" }],
  [{ type: "basic", token: "dTpw" }, { Authorization: "Basic dTpw" }],
  [{ type: "apiKey", token: "t" }, { "X-API-Key": "t" }],
  [{ type: "apiKey", token: "t", headerName: "X-K", prefix: "k-" }, { "X-K": "k-t" }],
  [{ type: "bearer" }, {}],
];
for (const [auth, expected] of auths) {
  Deno.test(`the configured ${JSON.stringify(auth)} is sent as ${JSON.stringify(expected)}`, async () => {
    const { call, sent } = service({}, {
      headers: { "X-Own": "1" },
      ...(auth === undefined ? {} : { auth }),
    });
    await call();
    deepStrictEqual(sent[0]?.init.headers, {
      "X-Own": "1",
      ...expected,
      "Content-Type": "application/json",
    });
  });
}

const securitySchemes = {
  bearer: { type: "http", scheme: "Bearer" },
  basic: { type: "http", scheme: "basic" },
  key: { type: "apiKey", in: "header", name: "X-Key" },
  query: { type: "apiKey", in: "query", name: "key" },
  cookie: { type: "apiKey", in: "cookie", name: "sid" },
  oauth: { type: "oauth2", flows: {} },
  mutual: { type: "mutualTLS" },
};
const secured: readonly [Record<string, string[]>[], Record<string, string>, string][] = [
  [[{ bearer: [] }], { Authorization: "Bearer s-bearer" }, ""],
  [[{ oauth: [] }], { Authorization: "Bearer s-oauth" }, ""],
  [[{ basic: [] }], { Authorization: `Basic ${btoa("s-basic")}` }, ""],
  [[{ key: [] }], { "X-Key": "s-key" }, ""],
  [[{ query: [] }], {}, "?key=s-query"],
  [[{ cookie: [] }], { Cookie: "sid=s-cookie" }, ""],
  [[{ key: [], query: [] }], { "X-Key": "s-key" }, "?key=s-query"],
  [[{ mutual: [] }, { key: [] }], { "X-Key": "s-key" }, ""],
  [[{}], {}, ""],
  [[], {}, ""],
];
for (const [security, headers, search] of secured) {
  Deno.test(`the document's security ${JSON.stringify(security)} takes its secrets from the source`, async () => {
    const credentials = { get: (service: string) => `s-${service}` };
    const { call, sent } = service({}, { credentials }, {
      spec: { security, components: { securitySchemes } },
    });
    await call();
    deepStrictEqual(sent[0]?.init.headers, { ...headers, "Content-Type": "application/json" });
    strictEqual(new URL(sent[0]?.url ?? "").search, search);
  });
}

const partly: readonly [Record<string, string[]>[], Record<string, string>][] = [
  [[{ key: [] }, { basic: [] }], { Authorization: `Basic ${btoa("s-basic")}` }],
  [[{ basic: [], key: [] }, { bearer: [] }], { Authorization: "Bearer s-bearer" }],
  [[{}, { bearer: [] }], { Authorization: "Bearer s-bearer" }],
  [[{ key: [] }, {}], {}],
  [[], {}],
];
for (const [security, headers] of partly) {
  Deno.test(`of ${JSON.stringify(security)} the way is gone that there are secrets for`, async () => {
    const credentials = {
      has: (service: string) => service !== "key",
      get: (service: string) => `s-${service}`,
    };
    const { call, sent } = service({}, { credentials }, {
      spec: { security, components: { securitySchemes } },
    });
    await call();
    deepStrictEqual(sent[0]?.init.headers, { ...headers, "Content-Type": "application/json" });
  });
}

Deno.test("where there are secrets for none of the ways, nothing is sent", async () => {
  const { call, sent } = service({}, { credentials: { has: () => false, get: () => undefined } }, {
    spec: { security: [{ key: [] }, { bearer: [] }], components: { securitySchemes } },
  });
  await rejects(call(), { details: { reason: "credential_unavailable" }, message: /for key$/ });
  strictEqual(sent.length, 0);
});

Deno.test("a secret is asked for each time, and a request without it is not sent", async () => {
  const secrets = ["one", "two", undefined];
  const asked: string[] = [];
  const { call, sent } = service({}, {
    auth: { type: "bearer" },
    credentials: {
      get: (service) => {
        asked.push(service);
        return Promise.resolve(secrets.shift());
      },
    },
  });
  await call();
  await call();
  await rejects(call(), { code: "EXECUTION_ERROR", details: { reason: "credential_unavailable" } });
  deepStrictEqual(sent.map(({ init }) => new Headers(init.headers).get("authorization")), [
    "Bearer one",
    "Bearer two",
  ]);
  deepStrictEqual(asked, ["svc", "svc", "svc"]);
});

for (
  const [location, requests] of [
    ["https://svc.example/other", 2],
    ["/other", 2],
    ["https://evil.example/", 1],
    ["http://svc.example/", 1],
  ] as const
) {
  Deno.test(`a redirect to ${location} with a credential takes ${requests} request(s)`, async () => {
    let count = 0;
    const { call, sent } = service({}, {
      auth: { type: "bearer" },
      credentials: { get: () => "t" },
    }, {
      response: () =>
        (count += 1) === 1
          ? new Response(null, { status: 302, headers: { location } })
          : Response.json({}),
    });
    if (requests === 1) await rejects(call(), { message: /^HTTP 302/ });
    else await call();
    strictEqual(sent.length, requests);
    ok(sent.every(({ init }) => init.redirect === "manual"));
  });
}

Deno.test("a caller cannot put a value of its own where a credential or the configuration has one", async () => {
  const credentials = { get: (service: string) => `s-${service}` };
  const { call, sent } = service(
    {
      parameters: [
        { name: "x-key", in: "header" },
        { name: "x-tenant", in: "header" },
        { name: "sid", in: "cookie" },
      ],
    },
    { credentials, headers: { "X-Tenant": "ours" } },
    {
      spec: {
        security: [{ key: [], query: [], cookie: [] }],
        components: { securitySchemes },
      },
    },
  );
  await call({ "x-key": "mine", "x-tenant": "mine", sid: "mine", key: "mine", other: "1" });
  deepStrictEqual(sent[0]?.init.headers, {
    "X-Tenant": "ours",
    "X-Key": "s-key",
    Cookie: "sid=s-cookie",
    "Content-Type": "application/json",
  });
  strictEqual(new URL(sent[0]?.url ?? "").search, "?other=1&key=s-query");
});
