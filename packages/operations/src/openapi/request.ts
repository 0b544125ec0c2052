/**
 * Requests from inputs: each value where the document says it belongs.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { Credentials } from "./credentials.ts";
import type { BodyEncoding, Endpoint } from "./generate.ts";
import { headerText, pathPiece, queryPieces, textOf } from "./styles.ts";
import type { HTTPServiceConfig, OpenAPIParameter } from "./types.ts";

/** A request, but for its method and signal. */
export interface BuiltRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | URLSearchParams | FormData | undefined;
}

interface Parts {
  path: string;
  /** Name and piece of the query. */
  readonly query: [string, string][];
  readonly headers: Record<string, string>;
  readonly cookies: [string, string][];
  body: unknown;
  /** Whether a service is not to be trusted to read paths as they are written. */
  readonly isClosed: boolean;
}

function invalid(message: string): CallError {
  return new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message);
}

function placeInPath(parts: Parts, [key, value]: [string, unknown], parameter: OpenAPIParameter) {
  const piece = pathPiece(key, value, parameter);
  // Such a segment would lead to another path than the document's.
  if (piece === "" || piece === "." || piece === "..") {
    throw invalid(`Cannot build request: ${key} is no path segment`);
  }
  // One segment, but for services that decode a path before they look at it.
  if (parts.isClosed && piece.split(/%2f|%5c/i).some((part) => part === "." || part === "..")) {
    throw invalid(`Cannot build request: ${key} leads out of its place in the path`);
  }
  parts.path = parts.path.replace(`{${key}}`, () => piece);
}

function placeInHeader(parts: Parts, [key, value]: [string, unknown], parameter: OpenAPIParameter) {
  const text = headerText(value, parameter);
  if (/[\r\n\0]/.test(text)) throw invalid(`Cannot build request: ${key} is no header value`);
  // What the configuration says of every request is not for callers to change.
  if (!hasHeader(parts.headers, key)) parts.headers[key] = text;
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((key) => key.toLowerCase() === name.toLowerCase());
}

function place(parts: Parts, { parameters }: Endpoint, entry: [string, unknown]): void {
  const [key, value] = entry;
  const declared = (location: OpenAPIParameter["in"]) =>
    parameters.find((parameter) => parameter.name === key && parameter.in === location);
  const header = declared("header");
  const query = declared("query");
  if (parts.path.includes(`{${key}}`)) {
    placeInPath(parts, entry, declared("path") ?? { name: key, in: "path" });
  } else if (key === "body") parts.body = value;
  else if (header !== undefined) placeInHeader(parts, entry, header);
  else if (declared("cookie") !== undefined) parts.cookies.push([key, textOf(value)]);
  else if (query === undefined) parts.query.push([key, pairs([[key, String(value)]])]);
  else parts.query.push(...queryPieces(key, value, query).map((piece) => namedPiece(key, piece)));
}

function namedPiece(name: string, piece: string): [string, string] {
  return [name, piece];
}

function pairs(entries: [string, string][]): string {
  return new URLSearchParams(entries).toString();
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
  const pieces = [url.search.slice(1), ...parts.query.map(([, piece]) => piece)];
  url.search = pieces.filter((piece) => piece !== "").join("&");
  return url;
}

/** Credentials take the place of whatever was put where they belong: a service may read the first. */
function addCredentials({ query, headers, cookies }: Parts, credentials: Credentials): void {
  const others = (entries: [string, string][], replaced: Record<string, string>) =>
    entries.filter(([name]) => !Object.hasOwn(replaced, name));
  const secrets = Object.entries(credentials.query);
  query.splice(0, query.length, ...others(query, credentials.query));
  query.push(...secrets.map(([name, secret]) => namedPiece(name, pairs([[name, secret]]))));
  for (const name of Object.keys(headers)) {
    if (hasHeader(credentials.headers, name)) delete headers[name];
  }
  Object.assign(headers, credentials.headers);
  const all = [...others(cookies, credentials.cookies), ...Object.entries(credentials.cookies)];
  if (all.length > 0) {
    headers.Cookie = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ");
  }
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
  const headers = { ...config.headers }, isClosed = config.inputs === "closed";
  const parts: Parts = {
    path: endpoint.path,
    query: [],
    headers,
    cookies: [],
    body: undefined,
    isClosed,
  };
  for (const entry of entriesOf(input)) {
    if (entry[1] !== undefined) place(parts, endpoint, entry);
  }
  addCredentials(parts, credentials);
  const body = encodeBody(parts.body, endpoint.bodyEncoding);
  return { url: urlOf(parts, config).toString(), headers, body };
}

/** The content type that a body needs said; a form says it itself, with its boundary. */
export function contentTypeOf({ body }: BuiltRequest): string | undefined {
  if (body instanceof URLSearchParams) return "application/x-www-form-urlencoded";
  return body instanceof FormData ? undefined : "application/json";
}
