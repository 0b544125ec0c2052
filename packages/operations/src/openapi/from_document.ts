/**
 * Operations from OpenAPI documents, wherever those lie.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { OperationType } from "../types.ts";
import { credentialFetcher } from "./credentials.ts";
import { checkStatus, maxBytes, readData } from "./exchange.ts";
import { type Endpoint, readEndpoints } from "./generate.ts";
import { onceHandler, streamHandler } from "./handlers.ts";
import { parseDocument } from "./parse_document.ts";
import type { GeneratedOperation, HTTPServiceConfig, OpenAPIFS, OpenAPISpec } from "./types.ts";

const log = getLogger("operations:from_openapi");

/**
 * Makes one operation of each path and method of a document.
 *
 * @throws {Error} if there are no paths, or a reference leads out of the document or nowhere.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { OperationRegistry } from "@alkdev/operations";
 * import { FromOpenAPI } from "@alkdev/operations/from-openapi";
 *
 * const operations = FromOpenAPI({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1.0.0" },
 *   paths: { "/pets/{id}": { get: { operationId: "getPet", parameters: [
 *     { name: "id", in: "path", required: true, schema: { type: "integer" } },
 *   ] } } },
 * }, {
 *   namespace: "pets",
 *   baseUrl: "https://pets.example",
 *   fetch: (url) => Promise.resolve(Response.json({ url: String(url) })),
 * });
 * const registry = new OperationRegistry();
 * registry.registerAll(operations);
 * const { data } = await registry.execute("pets.getPet", { id: 7 }, {});
 * deepStrictEqual(data, { url: "https://pets.example/pets/7" });
 * ```
 */
export function FromOpenAPI(spec: OpenAPISpec, config: HTTPServiceConfig): GeneratedOperation[] {
  const endpoints = [...readEndpoints(spec, config)];
  warnOfLosses(spec, endpoints);
  return endpoints.map((endpoint) => operationOf(endpoint, spec, config));
}

/**
 * As {@linkcode FromOpenAPI}, one operation after the other: a program that serves others meanwhile
 * can take turns with them. It warns of nothing.
 *
 * @throws {Error} as that does.
 */
export function* operationsFromOpenAPI(
  spec: OpenAPISpec,
  config: HTTPServiceConfig,
): Generator<GeneratedOperation, void, undefined> {
  for (const endpoint of readEndpoints(spec, config)) yield operationOf(endpoint, spec, config);
}

function operationOf(
  endpoint: Endpoint,
  document: OpenAPISpec,
  config: HTTPServiceConfig,
): GeneratedOperation {
  const fetch = config.fetch ?? globalThis.fetch.bind(globalThis);
  const credentials = credentialFetcher(document, config, endpoint.security);
  const parts = { endpoint, config, fetch, credentials };
  const isStream = endpoint.spec.type === OperationType.SUBSCRIPTION;
  return { ...endpoint.spec, handler: isStream ? streamHandler(parts) : onceHandler(parts) };
}

/** Tells what of a document is not, or not all, to be found among its operations. */
function warnOfLosses({ swagger, info }: OpenAPISpec, endpoints: readonly Endpoint[]): void {
  const document = info?.title;
  if (swagger !== undefined) {
    log.warn("Swagger 2 is read in part; convert the document to OpenAPI 3", { document });
  }
  const paths = new Map<string, string>();
  for (const { spec: { name }, method, path } of endpoints) {
    const former = paths.get(name);
    const endpoint = `${method} ${path}`;
    if (former !== undefined) {
      log.warn("two endpoints have one name; a registry keeps the later", {
        name,
        former,
        endpoint,
      });
    }
    paths.set(name, endpoint);
  }
}

async function nodeReadFile(path: string): Promise<string> {
  let readFile: (path: string, encoding: "utf8") => Promise<string>;
  try {
    ({ readFile } = await import("node:fs/promises"));
  } catch (cause) {
    log.error("node:fs/promises cannot be loaded", { cause });
    throw new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      `Cannot read ${path}: this platform has no node:fs, pass an OpenAPIFS`,
      undefined,
      { cause },
    );
  }
  return await readFile(path, "utf8");
}

/**
 * Makes the operations of a document in a file, JSON or YAML.
 *
 * @throws {Error} if the file cannot be read, is neither, or as {@linkcode FromOpenAPI} does.
 */
export async function FromOpenAPIFile(
  path: string,
  config: HTTPServiceConfig,
  fs?: OpenAPIFS,
): Promise<GeneratedOperation[]> {
  const text = fs === undefined ? await nodeReadFile(path) : await fs.readFile(path);
  return FromOpenAPI(await parseDocument(text), config);
}

/** A document in an answer; one that stands in for an answer may be able to give JSON alone. */
async function readAnswer(response: Response, config: HTTPServiceConfig): Promise<OpenAPISpec> {
  if (typeof response.body?.getReader !== "function") return await response.json();
  const text = await readData(response, "text/plain", maxBytes(config));
  return await parseDocument(String(text));
}

/**
 * Makes the operations of a document at an address, JSON or YAML.
 *
 * @throws {CallError} if it is answered with a failure.
 * @throws {Error} if it is neither, or as {@linkcode FromOpenAPI} does.
 */
export async function FromOpenAPIUrl(
  url: string,
  config: HTTPServiceConfig,
): Promise<GeneratedOperation[]> {
  const response = await (config.fetch ?? globalThis.fetch)(url);
  await checkStatus(response, config);
  return FromOpenAPI(await readAnswer(response, config), config);
}
