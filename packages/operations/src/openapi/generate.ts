/**
 * Operations from a document: names, types and schemas.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type TSchema, Type } from "@sinclair/typebox";
import { type ConvertedSchemas, convertSchema } from "../from_schema.ts";
import { type OperationSpec, OperationType } from "../types.ts";
import { plainSchema, type PlainSchemas } from "./dialect.ts";
import { References } from "./references.ts";
import type {
  HTTPServiceConfig,
  OpenAPIOperation,
  OpenAPIParameter,
  OpenAPISpec,
} from "./types.ts";

/** How a body is written. */
export type BodyEncoding = "json" | "form" | "multipart";

/** One path and method, read. */
export interface Endpoint {
  readonly spec: OperationSpec;
  /** In upper case. */
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly parameters: readonly OpenAPIParameter[];
  readonly bodyEncoding: BodyEncoding | undefined;
  /** The document's own word on who may ask; `undefined` for none. */
  readonly security: Record<string, string[]>[] | undefined;
}

/** What of a service's configuration shows in its specifications. */
export type GenerateOptions = Pick<
  HTTPServiceConfig,
  "namespace" | "errorCodes" | "inputs" | "patterns" | "onSkipped"
>;

/** A body as its document describes it. */
interface Body {
  readonly encoding: BodyEncoding;
  readonly schema: TSchema;
  readonly required: boolean;
}

type Content = Record<string, { schema?: unknown }>;

const log = getLogger("operations:from_openapi");

const METHODS = ["get", "post", "put", "patch", "delete"];
const LOCATIONS = ["path", "query", "header", "cookie"];
const EVENT_STREAM = "text/event-stream";
/** Set by the client itself; a document cannot hand them to callers. */
const RESERVED_HEADERS = new Set([
  "accept",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isParameter(value: unknown): value is OpenAPIParameter {
  return isObject(value) && typeof value.name === "string" &&
    LOCATIONS.includes(String(value.in)) &&
    !(value.in === "header" && RESERVED_HEADERS.has(value.name.toLowerCase()));
}

function isJson(mediaType: string): boolean {
  return /^application\/(?:json|[a-z0-9.-]+\+json)\s*(?:;|$)/i.test(mediaType);
}

function mediaOf(content: unknown, matches: (mediaType: string) => boolean): unknown {
  if (!isObject(content)) return undefined;
  return Object.entries(content).find(([mediaType]) => matches(mediaType))?.[1];
}

class Reader {
  readonly #document: OpenAPISpec;
  readonly #references: References;
  readonly #config: GenerateOptions;
  readonly #plain: PlainSchemas = new Map();
  readonly #converted: ConvertedSchemas = new Map();

  constructor(document: OpenAPISpec, config: GenerateOptions) {
    this.#document = document;
    this.#references = new References(document);
    this.#config = config;
  }

  *endpoints(): Generator<Endpoint> {
    const { paths, basePath = "" } = this.#document;
    if (!isObject(paths)) throw new Error("Cannot read document: it has no paths");
    for (const [key, item] of Object.entries(paths)) {
      const pathItem = this.#references.follow(item);
      if (!isObject(pathItem)) continue;
      for (const method of METHODS) {
        const operation = pathItem[method];
        if (!isObject(operation)) continue;
        // Every field of it is looked at before it is used.
        const endpoint = this.#readable(`${basePath}${key}`, method, {
          operation: operation as OpenAPIOperation,
          shared: pathItem.parameters,
        });
        if (endpoint !== undefined) yield endpoint;
      }
    }
  }

  /** An endpoint, unless it cannot be read and somebody wants to know rather than lose the others. */
  #readable(...[path, method, parts]: Parameters<Reader["endpoint"]>): Endpoint | undefined {
    const { onSkipped } = this.#config;
    if (onSkipped === undefined) return this.endpoint(path, method, parts);
    try {
      return this.endpoint(path, method, parts);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onSkipped({ method: method.toUpperCase(), path, reason });
      return undefined;
    }
  }

  /** One path and method. */
  endpoint(
    path: string,
    method: string,
    { operation, shared }: { operation: OpenAPIOperation; shared: unknown },
  ): Endpoint {
    const parameters = this.#parameters(shared, operation.parameters);
    const body = this.#body(operation.requestBody);
    if (this.#config.inputs === "closed") checkInputs(parameters, body);
    const response = this.#successContent(operation);
    const upper = method.toUpperCase();
    const stream = mediaOf(response, (type) => type.startsWith(EVENT_STREAM));
    const spec: OperationSpec = {
      name: operation.operationId ?? nameOf(method, path),
      namespace: this.#config.namespace,
      version: this.#document.info?.version ?? "1.0.0",
      type: stream !== undefined
        ? OperationType.SUBSCRIPTION
        : method === "get"
        ? OperationType.QUERY
        : OperationType.MUTATION,
      description: operation.description ?? operation.summary ?? `${upper} ${path}`,
      inputSchema: this.#inputSchema(parameters, body),
      outputSchema: this.#outputSchema(mediaOf(response, isJson) ?? stream),
      accessControl: { requiredScopes: [] },
      _meta: { method: upper, path, summary: operation.summary },
    };
    if (this.#config.errorCodes === "http") spec.errorSchemas = this.#errors(operation);
    if (operation.tags !== undefined) spec.tags = operation.tags;
    return {
      spec,
      method: upper,
      path,
      parameters,
      bodyEncoding: body?.encoding,
      security: operation.security ?? this.#document.security,
    };
  }

  /** The path's parameters, with the operation's own in their places. */
  #parameters(...lists: unknown[]): OpenAPIParameter[] {
    const found = new Map<string, OpenAPIParameter>();
    for (const list of lists) {
      for (const entry of Array.isArray(list) ? list : []) {
        const parameter = this.#references.follow(entry);
        if (isParameter(parameter)) found.set(`${parameter.in} ${parameter.name}`, parameter);
      }
    }
    return [...found.values()];
  }

  #body(requestBody: unknown): Body | undefined {
    const body = this.#references.follow(requestBody);
    const content = isObject(body) ? body.content : undefined;
    const encodings: [BodyEncoding, (mediaType: string) => boolean][] = [
      ["json", isJson],
      ["form", (mediaType) => mediaType.startsWith("application/x-www-form-urlencoded")],
      ["multipart", (mediaType) => mediaType.startsWith("multipart/form-data")],
    ];
    for (const [encoding, matches] of encodings) {
      const media = mediaOf(content, matches);
      if (isObject(media) && media.schema !== undefined) {
        const required = isObject(body) && body.required === true;
        return { encoding, schema: this.#schema(media.schema), required };
      }
    }
    return undefined;
  }

  #inputSchema(
    parameters: readonly OpenAPIParameter[],
    body: Body | undefined,
  ): TSchema {
    const isClosed = this.#config.inputs === "closed";
    const properties = parameters.map((parameter): [string, TSchema] => {
      const { name, required } = parameter;
      const schema = parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema;
      const converted = schema === undefined ? Type.String() : this.#schema(schema);
      return [name, required ? converted : Type.Optional(converted)];
    });
    if (body !== undefined) {
      const isRequired = body.required || !isClosed;
      properties.push(["body", isRequired ? body.schema : Type.Optional(body.schema)]);
    }
    const options = isClosed ? { additionalProperties: false } : {};
    return Type.Object(Object.fromEntries(properties), options);
  }

  #outputSchema(media: unknown): TSchema {
    return isObject(media) && media.schema !== undefined
      ? this.#schema(media.schema)
      : Type.Unknown();
  }

  #errors({ responses }: OpenAPIOperation): NonNullable<OperationSpec["errorSchemas"]> {
    return Object.entries(responses ?? {}).flatMap(([status, entry]) => {
      if (!/^[45][0-9]{2}$/.test(status)) return [];
      const response = this.#references.follow(entry);
      if (!isObject(response)) return [];
      const media = mediaOf(response.content, isJson);
      return [{
        code: `HTTP_${status}`,
        description: typeof response.description === "string" ? response.description : "",
        schema: isObject(media) ? this.#plainSchema(media.schema ?? {}) : {},
        httpStatus: Number(status),
      }];
    });
  }

  #successContent({ responses = {} }: OpenAPIOperation): Content | undefined {
    const response = this.#references.follow(responses["200"] ?? responses["201"]);
    // What stands in it is looked at one by one.
    return isObject(response) && isObject(response.content)
      ? response.content as Content
      : undefined;
  }

  /** A schema that is converted once, however many places refer to it. */
  #schema(schema: unknown): TSchema {
    const { patterns = "checked" } = this.#config;
    return convertSchema(this.#plainSchema(schema), this.#converted, { patterns });
  }

  #plainSchema(schema: unknown): unknown {
    try {
      return plainSchema(this.#references.inline(schema), this.#plain);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Schemas that contain each other many times over have no end that a check could reach. The
      // service knows them better; the rest of its document is as good as before.
      log.warn("schema is taken as unknown", { namespace: this.#config.namespace, error });
      return {};
    }
  }
}

/**
 * Passes for parameters that one flat object can hold, each under its name.
 *
 * @throws {Error} for the first that it cannot.
 */
function checkInputs(parameters: readonly OpenAPIParameter[], body: Body | undefined): void {
  const names = new Set(body === undefined ? [] : ["body"]);
  for (const { name, in: location } of parameters) {
    if (location === "cookie") throw new Error(`the parameter ${name} is a cookie`);
    if (names.has(name)) throw new Error(`two parameters, or one and the body, are called ${name}`);
    names.add(name);
  }
}

function nameOf(method: string, path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && !part.startsWith("{"));
  return `${method}_${parts.length === 0 ? "root" : parts.join("_")}`;
}

/**
 * Reads every path and method of a document.
 *
 * @throws {Error} if a reference leads out of the document, or nowhere.
 */
export function* readEndpoints(
  document: OpenAPISpec,
  config: GenerateOptions,
): Generator<Endpoint, void, undefined> {
  if (!isObject(document)) throw new Error("Cannot read document: it is no object");
  yield* new Reader(document, config).endpoints();
}
