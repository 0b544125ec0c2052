/**
 * Requests from inputs: each value where the document says it belongs.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { Credentials } from "./credentials.ts";
import type { BodyEncoding, Endpoint } from "./generate.ts";
import type { HTTPServiceConfig, OpenAPIParameter } from "./types.ts";

/** A request, but for its method and signal. */
export interface BuiltRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | URLSearchParams | FormData | undefined;
}

interface Parts {
  path: string;
  readonly query: [string, string][];
  readonly headers: Record<string, string>;
  readonly cookies: [string, string][];
  body: unknown;
}

function invalid(message: string): CallError {
  return new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message);
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function placeInPath(parts: Parts, key: string, value: unknown): void {
  const text = String(value);
  // Such a segment would lead to another path than the document's.
  if (text === "" || text === "." || text === "..") {
    throw invalid(`Cannot build request: ${key} is no path segment`);
  }
  parts.path = parts.path.replace(`{${key}}`, () => encodeURIComponent(text));
}

function placeInQuery(
  parts: Parts,
  key: string,
  value: unknown,
  parameter?: OpenAPIParameter,
): void {
  if (Array.isArray(value) && parameter !== undefined && parameter.explode !== false) {
    for (const item of value) parts.query.push([key, textOf(item)]);
  } else if (parameter !== undefined && !Array.isArray(value)) {
    parts.query.push([key, textOf(value)]);
  } else parts.query.push([key, String(value)]);
}

function placeInHeader(parts: Parts, key: string, value: unknown): void {
  const text = textOf(value);
  if (/[\r\n\0]/.test(text)) throw invalid(`Cannot build request: ${key} is no header value`);
  parts.headers[key] = text;
}

function place(parts: Parts, { parameters }: Endpoint, [key, value]: [string, unknown]): void {
  const declared = parameters.filter(({ name }) => name === key);
  const header = declared.find((parameter) => parameter.in === "header");
  if (parts.path.includes(`{${key}}`)) placeInPath(parts, key, value);
  else if (key === "body") parts.body = value;
  else if (header !== undefined) placeInHeader(parts, key, value);
  else if (declared.some((parameter) => parameter.in === "cookie")) {
    parts.cookies.push([key, textOf(value)]);
  } else placeInQuery(parts, key, value, declared.find((parameter) => parameter.in === "query"));
}

function entriesOf(input: unknown): [string, unknown][] {
  return typeof input === "object" && input !== null ? Object.entries(input) : [];
}

function encodeBody(body: unknown, encoding: BodyEncoding | undefined): BuiltRequest["body"] {
  if (body === undefined) return undefined;
  if (encoding !== "form" && encoding !== "multipart") return JSON.stringify(body);
  const form = encoding === "form" ? new URLSearchParams() : new FormData();
  for (const [key, value] of entriesOf(body)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) form.append(key, textOf(item));
    }
  }
  return form;
}

function urlOf(parts: Parts, { baseUrl }: HTTPServiceConfig): URL {
  const url = new URL(baseUrl + parts.path);
  // A path such as `@elsewhere` would take the request, and its credentials, to another host.
  if (url.origin !== new URL(baseUrl).origin) {
    throw invalid("Cannot build request: its path leaves the service");
  }
  for (const [key, value] of parts.query) url.searchParams.append(key, value);
  return url;
}

/**
 * Builds the request that `input` asks for.
 *
 * @throws {CallError} `VALIDATION_ERROR` if a value does not fit where it belongs.
 */
export function buildRequest(
  endpoint: Endpoint,
  config: HTTPServiceConfig,
  { input, credentials }: { input: unknown; credentials: Credentials },
): BuiltRequest {
  const headers = { ...config.headers };
  const parts: Parts = { path: endpoint.path, query: [], headers, cookies: [], body: undefined };
  for (const entry of entriesOf(input)) {
    if (entry[1] !== undefined) place(parts, endpoint, entry);
  }
  parts.query.push(...Object.entries(credentials.query));
  parts.cookies.push(...Object.entries(credentials.cookies));
  Object.assign(headers, credentials.headers);
  if (parts.cookies.length > 0) {
    headers.Cookie = parts.cookies.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join("; ");
  }
  const body = encodeBody(parts.body, endpoint.bodyEncoding);
  return { url: urlOf(parts, config).toString(), headers, body };
}

/** The content type that a body needs said; a form says it itself, with its boundary. */
export function contentTypeOf({ body }: BuiltRequest): string | undefined {
  if (body instanceof URLSearchParams) return "application/x-www-form-urlencoded";
  return body instanceof FormData ? undefined : "application/json";
}
