/**
 * Operations of services that have an OpenAPI document.
 *
 * @module
 */
import {
  type HTTPServiceConfig,
  type OpenAPISpec,
  operationsFromOpenAPI,
  parseDocument,
} from "@alkdev/operations/from-openapi";
import type { CapabilityLoader } from "@alkdev/operations";
import { pause } from "@hub/bus";
import { collectOperations } from "./collect_operations.ts";
import type { ForeignOperation } from "./imported_operation.ts";
import { importHash } from "./import_hash.ts";
import type { ImportSettings } from "./import_settings.ts";
import type { ImportSource, LoadedImport, Skipped } from "./import_source.ts";
import { loadDocument, type Validators } from "./load_document.ts";
import { openOutbound } from "./outbound.ts";
import { retryQueries } from "./retry_queries.ts";

/** What an import of a document needs. */
export interface OpenApiSourceOptions {
  readonly settings: ImportSettings;
  /** Gives the secret to each call that is let in. */
  readonly capabilities: CapabilityLoader | undefined;
}

/** Opens an import of a document; nothing is asked for yet. */
export function openOpenApiSource(options: OpenApiSourceOptions): ImportSource {
  const { settings, capabilities } = options;
  const { maxDocumentBytes, maxResponseBytes, timeoutMs, allowPrivate } = settings;
  const common = { allowPrivate, headersTimeoutMs: timeoutMs };
  const documents = openOutbound({ ...common, maxResponseBytes: maxDocumentBytes });
  const service = openOutbound({ ...common, maxResponseBytes });
  const fetch = retryQueries({
    ...{ fetch: service.fetch, wait: pause, random: Math.random, now: Date.now },
  });
  let validators: Validators = {};
  let known: string | undefined;

  async function build(text: string, url: URL | undefined, signal: AbortSignal) {
    const document = await parseDocument(text);
    checkSchemes(document, settings);
    const skipped: Skipped[] = [];
    const config: HTTPServiceConfig = {
      ...serviceConfig(settings, { baseUrl: baseUrlOf(document, settings, url), fetch }),
      onSkipped: ({ method, path, reason }) => skipped.push({ what: `${method} ${path}`, reason }),
    };
    const collected = await collectOperations(operationsFromOpenAPI(document, config), {
      ...{ settings, titleOf, signal },
      grants: {
        provenance: "FromOpenAPI",
        ...(capabilities === undefined ? {} : { capabilities }),
      },
    });
    return { ...collected, skipped: [...skipped, ...collected.skipped] };
  }

  async function load(signal: AbortSignal): Promise<LoadedImport | undefined> {
    const { location } = settings;
    const limits = { maxBytes: maxDocumentBytes, timeoutMs, signal, validators };
    const document = await loadDocument({ ...limits, location, fetch: documents.fetch });
    if (document === undefined) return undefined;
    const { text, url } = document;
    const hash = importHash(settings.namespace, text);
    if (hash === known) return undefined;
    const built = await build(text, url, signal);
    // Not before: what cannot be used is not asked for with "unless it is still this".
    ({ validators } = document);
    known = hash;
    return { hash, ...built };
  }

  return {
    load,
    onChanged() {}, // a document does not say so
    [Symbol.asyncDispose]() {
      documents[Symbol.dispose]();
      service[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

/** A scheme that the document does not have would be taken for one that nothing asks for. */
function checkSchemes({ components }: OpenAPISpec, { credentials = {} }: ImportSettings): void {
  const known = Object.keys(components?.securitySchemes ?? {});
  const unknown = Object.keys(credentials).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const has = known.length === 0 ? "has none" : `has ${known.slice(0, 20).join(", ")}`;
  throw new Error(`credentials name ${unknown.join(", ")}, but the document ${has}`);
}

function serviceConfig(
  settings: ImportSettings,
  parts: Pick<HTTPServiceConfig, "baseUrl"> & { readonly fetch: typeof globalThis.fetch },
): HTTPServiceConfig {
  const { namespace, headers, timeoutMs, maxResponseBytes, auth } = settings;
  const config: HTTPServiceConfig = {
    ...{ namespace, ...parts, headers: { ...headers }, timeout: timeoutMs, maxResponseBytes },
    ...{ errorCodes: "http", inputs: "closed", patterns: "shown" },
  };
  const source = credentialSource(settings);
  if (source === undefined) return config;
  const { header, prefix } = auth ?? {}, scheme = auth?.scheme ?? "bearer";
  if (settings.credentials !== undefined || scheme === "document") {
    return { ...config, credentials: source };
  }
  return {
    ...config,
    credentials: source,
    auth: {
      type: scheme,
      ...(header === undefined ? {} : { headerName: header }),
      ...(prefix === undefined ? {} : { prefix }),
    },
  };
}

function credentialSource(
  { credential, credentials }: ImportSettings,
): HTTPServiceConfig["credentials"] {
  if (credentials !== undefined) {
    const schemes = new Map(Object.entries(credentials));
    return {
      has: (scheme) => schemes.has(scheme),
      get: (scheme, { capabilities }) => capabilities?.get(schemes.get(scheme) ?? ""),
    };
  }
  if (credential === undefined) return undefined;
  // One secret, wherever the document or the configuration puts it.
  return { get: (_scheme, { capabilities }) => capabilities?.get(credential) };
}

/**
 * Where the service is. A document chooses a path alone: with another origin it could choose who is
 * asked in the hub's name.
 */
function baseUrlOf(
  document: OpenAPISpec,
  { baseUrl }: ImportSettings,
  url: URL | undefined,
): string {
  if (baseUrl !== undefined) return baseUrl.replace(/\/+$/, "");
  const told = firstServer(document) ?? "/";
  const server = URL.parse(told, url?.href);
  if (url === undefined || server === null || server.origin !== url.origin) {
    throw new Error(`its service is at "${told}", elsewhere than the document: set baseUrl`);
  }
  return `${server.origin}${server.pathname.replace(/\/+$/, "")}`;
}

function firstServer(document: OpenAPISpec): string | undefined {
  const servers: unknown = Reflect.get(document, "servers");
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined;
  if (typeof first !== "object" || first === null) return undefined;
  const url: unknown = Reflect.get(first, "url");
  return typeof url === "string" ? url : undefined;
}

function titleOf({ _meta, name }: ForeignOperation): string {
  return _meta === undefined ? name : `${_meta.method} ${_meta.path}`;
}
