/** A service that answers as its OpenAPI document says, and inputs that it takes. */

type Json = { readonly [key: string]: unknown };

/** A path and method of a document. */
export interface Described {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}

/** What a service was asked, in the terms of its document. */
export interface Matched extends Described {
  readonly query: URLSearchParams;
  readonly body: string;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((at, key) => isObject(at) ? at[key] : undefined, value);
}

/** All endpoints of a document. */
export function endpointsOf(document: Json): Described[] {
  return Object.entries(Object(document.paths)).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = member(item, method);
      if (!isObject(operation)) return [];
      return [{
        name: String(operation.operationId),
        method: method.toUpperCase(),
        path,
        operation,
      }];
    })
  );
}

/** Finds what a request asks for: the path that has the most in common with it. */
export function matcher(endpoints: readonly Described[]) {
  const patterns = endpoints.map((endpoint) => ({
    endpoint,
    fixed: endpoint.path.split("/").filter((part) => !part.startsWith("{")).length,
    pattern: new RegExp(`^${endpoint.path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
  })).toSorted((a, b) => b.fixed - a.fixed);
  return (method: string, pathname: string): Described | undefined =>
    patterns.find(({ endpoint, pattern }) => endpoint.method === method && pattern.test(pathname))
      ?.endpoint;
}

/** Follows a reference. */
function resolved(document: Json, value: unknown): unknown {
  const ref = member(value, "$ref");
  return typeof ref === "string" ? member(document, ...ref.slice(2).split("/")) : value;
}

/** What a document gives as an example of a success, or else allows; `undefined` for no body. */
export function exampleOf(
  document: Json,
  { operation }: Described,
): { readonly status: number; readonly example: unknown } {
  const responses = Object.entries(Object(operation.responses));
  const [status = "200", response] = responses.find(([code]) => /^2/.test(code)) ?? [];
  const contents = Object.entries(Object(member(resolved(document, response), "content")));
  const content = contents.find(([type]) => type.endsWith("json"))?.[1];
  const [first] = Object.values(Object(member(content, "examples")));
  const schema = member(content, "schema");
  const example = member(content, "example") ?? member(resolved(document, first), "value") ??
    (schema === undefined ? undefined : sampleOf(schema, document));
  return { status: Number(status), example };
}

/** The least that a JSON Schema takes; its references lead into `document`. */
export function sampleOf(given: unknown, document: Json = {}): unknown {
  const schema = resolved(document, given);
  const sample = (member: unknown) => sampleOf(member, document);
  if (!isObject(schema)) return "x";
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  for (const several of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(several)) return sample(several[0]);
  }
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map(sample));
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        (Array.isArray(schema.required) ? schema.required : [])
          .map((name) => [name, sample(member(schema, "properties", String(name)))]),
      );
    case "array":
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => sample(schema.items));
    case "integer":
    case "number":
      return Number(schema.minimum ?? 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "x".repeat(Number(schema.minLength ?? 1));
  }
}
