import { deepStrictEqual } from "node:assert/strict";
import { importProblems } from "./import_problems.ts";
import type { ImportConfig } from "./imports_schema.ts";

const MCP = "https://mcp.example/mcp", OPENAPI = "https://api.example/openapi.json";
const baseUrl = "https://api.example";

const SOUND: ImportConfig[] = [
  { mcp: MCP },
  { mcp: MCP, credential: "tools", auth: { scheme: "bearer" } },
  { openapi: OPENAPI },
  { openapi: "./openapi.yaml", baseUrl },
  { openapi: OPENAPI, baseUrl, credential: "api", auth: { scheme: "apiKey", header: "X-Key" } },
  { openapi: OPENAPI, baseUrl, credentials: { key: "api", basic: "api/admin" } },
  { openapi: OPENAPI, headers: { "X-Client": "hub" } },
];

for (const config of SOUND) {
  Deno.test(`${JSON.stringify(config)} is sound`, () => {
    deepStrictEqual(importProblems({ it: config }), []);
  });
}

const FAULTY: [key: string, config: ImportConfig][] = [
  ["imports.it", {}],
  ["imports.it", { mcp: MCP, openapi: OPENAPI }],
  ["imports.it.baseUrl", { openapi: "./openapi.yaml" }],
  ["imports.it.baseUrl", { openapi: OPENAPI, credential: "api" }],
  ["imports.it.baseUrl", { openapi: OPENAPI, credentials: { key: "api" } }],
  ["imports.it.credentials", { mcp: MCP, credentials: { key: "api" } }],
  ["imports.it.credentials", {
    ...{ openapi: OPENAPI, baseUrl, credential: "api", credentials: { key: "api" } },
  }],
  ["imports.it.baseUrl", { mcp: MCP, baseUrl }],
  ["imports.it.baseUrl", { openapi: OPENAPI, baseUrl: `${baseUrl}?a=1` }],
  ["imports.it.credential", { mcp: MCP, auth: { scheme: "bearer" } }],
  ["imports.it.auth.scheme", { mcp: MCP, credential: "x", auth: { scheme: "basic" } }],
  ["imports.it.auth", {
    ...{ openapi: OPENAPI, baseUrl, credential: "x" },
    auth: { scheme: "bearer", header: "X-Key" },
  }],
  ["imports.it.mcp", { mcp: "https://user:pass@mcp.example/" }],
  ["imports.it.mcp", { mcp: `${MCP}?api_key=1` }],
  ["imports.it.headers.Authorization", { mcp: MCP, headers: { Authorization: "Bearer x" } }],
  ["imports.it.headers.X-Api-Key", { mcp: MCP, headers: { "X-Api-Key": "x" } }],
  ["imports.it.headers.Cookie", { mcp: MCP, headers: { Cookie: "x" } }],
];

for (const [path, config] of FAULTY) {
  Deno.test(`${JSON.stringify(config)} is wrong at ${path}`, () => {
    deepStrictEqual(importProblems({ it: config }).map((problem) => problem.path), [path]);
  });
}

for (const namespace of ["hub", "services", "any", "local"]) {
  Deno.test(`the namespace ${namespace} is the hub's own`, () => {
    deepStrictEqual(importProblems({ [namespace]: { mcp: MCP } }).map(({ path }) => path), [
      `imports.${namespace}`,
    ]);
  });
}
