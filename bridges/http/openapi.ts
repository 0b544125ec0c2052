/**
 * The document that describes the gateway: its endpoints, and no operation. What there is to be called
 * differs from caller to caller and is found by `/search`.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { CallBody } from "./call_body.ts";
import { SearchBody } from "./search.ts";

/**
 * Version of the gateway's contract, whatever operations there are. Major: an endpoint is gone, a
 * field is required, or an answer or an error's status is another. Minor: something was added.
 */
export const GATEWAY_VERSION = "1.0.0";

const ErrorBody = Type.Object({
  code: Type.String({ description: "What programs branch on." }),
  message: Type.String({ description: "For people." }),
  retryable: Type.Boolean({ description: "Whether the same request may succeed later." }),
  details: Type.Optional(Type.Unknown()),
});
const REQUEST_ID = Type.String({ description: "Also in the header X-Request-Id." });
const OP_TYPE = Type.Union(
  ["query", "mutation", "subscription"].map((type) => Type.Literal(type)),
);
const Found = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  op_type: OP_TYPE,
  description: Type.Optional(Type.String()),
});
const Specification = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  op_type: OP_TYPE,
  visibility: Type.String(),
  input_schema: Type.Unknown(),
  output_schema: Type.Unknown(),
  error_schemas: Type.Array(Type.Unknown()),
  access_control: Type.Unknown(),
});

function success(output: Record<string, unknown>) {
  return Type.Object({
    request_id: REQUEST_ID,
    result: Type.Literal("ok"),
    output: Type.Unsafe<unknown>(output),
  });
}

const SCHEMAS = {
  Error: ErrorBody,
  CallRequest: CallBody,
  CallResult: success(Type.Unknown({ description: "What the operation answers." })),
  BatchRequest: Type.Array(CallBody, { maxItems: 50 }),
  BatchResult: Type.Object({
    results: Type.Array(Type.Union([
      success(Type.Unknown()),
      Type.Object({
        request_id: REQUEST_ID,
        result: Type.Literal("error"),
        error: Type.Unsafe<unknown>(reference("Error")),
      }),
    ])),
  }),
  SearchRequest: SearchBody,
  SearchResult: success(Type.Object({
    operations: Type.Array(Found),
    next_cursor: Type.Optional(Type.String()),
  })),
  SchemaRequest: Type.Object({ name: Type.String({ description: "Name of an operation." }) }),
  SchemaResult: success(Specification),
  Ticket: Type.Object({ ticket: Type.String(), expires_in: Type.Integer() }),
};

/** Statuses and when they come; the same for all endpoints that reach operations. */
const FAILURES: Readonly<Record<string, string>> = {
  400: "The request is malformed, or the operation is of another type.",
  401: "No valid credential was shown, and one is needed.",
  403: "The caller has no right to it.",
  404: "There is no such operation.",
  408: "The body did not arrive in time.",
  413: "The body is too large.",
  415: "The body is not application/json.",
  422: "The input does not fit the operation's schema.",
  429: "Too many requests; Retry-After says when to come again.",
  500: "The operation failed.",
  503: "This node is shutting down, or cannot tell now who calls.",
  504: "The operation took too long.",
  default: "An error that the operation declares, with a status of its own.",
};

/** The document, as JSON: always the same bytes. */
export function openapiDocument(): string {
  return JSON.stringify({
    openapi: "3.1.0",
    info: {
      title: "Hub gateway",
      version: GATEWAY_VERSION,
      description: "Find operations with /search, understand one with /schema, call it with /call.",
    },
    security: [{ bearerAuth: [] }, {}],
    paths: {
      "/search": {
        get: {
          operationId: "search",
          summary: "Find operations that the caller may call",
          parameters: Object.entries(SearchBody.properties).map(([name, schema]) => ({
            ...{ name, in: "query", required: false, schema },
          })),
          responses: responses("SearchResult"),
        },
        post: endpoint("searchByBody", "The same with a long query", [
          "SearchRequest",
          "SearchResult",
        ]),
      },
      "/schema": {
        get: {
          operationId: "schema",
          summary: "All about one operation",
          parameters: [{ name: "name", in: "query", required: true, schema: { type: "string" } }],
          responses: responses("SchemaResult"),
        },
        post: endpoint("schemaByBody", "The same, by a body", ["SchemaRequest", "SchemaResult"]),
      },
      "/call": {
        post: {
          ...endpoint("call", "Run a query or a mutation", ["CallRequest", "CallResult"]),
          parameters: [IDEMPOTENCY_KEY],
        },
      },
      "/batch": {
        post: {
          ...endpoint("batch", "Several calls, each for itself", ["BatchRequest", "BatchResult"]),
          parameters: [IDEMPOTENCY_KEY],
        },
      },
      "/subscribe": {
        post: {
          operationId: "subscribe",
          summary: "The values of a subscription, as server-sent events",
          description:
            "Each value is an event; `event: error` with an error, or `event: completed`, " +
            "is the last one.",
          parameters: [LAST_EVENT_ID],
          requestBody: body("CallRequest"),
          responses: {
            200: {
              description: "The stream",
              content: { "text/event-stream": { schema: { type: "string" } } },
            },
            ...failures(),
          },
        },
      },
      "/v1/ws-tickets": {
        post: {
          operationId: "ticket",
          summary: "A ticket with which a page opens a WebSocket, once",
          security: [{ bearerAuth: [] }],
          responses: responses("Ticket"),
        },
      },
    },
    components: {
      securitySchemes: { bearerAuth: { type: "http", scheme: "bearer" } },
      schemas: SCHEMAS,
    },
  });
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "For mutations that declare to take one: sent again, it has no second effect.",
  schema: { type: "string", maxLength: 120 },
};
const LAST_EVENT_ID = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  description: "Go on after this event, where events have an id.",
  schema: { type: "string", maxLength: 200 },
};

type Name = keyof typeof SCHEMAS;

function reference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

function endpoint(operationId: string, summary: string, [input, output]: readonly [Name, Name]) {
  return { operationId, summary, requestBody: body(input), responses: responses(output) };
}

function body(name: Name) {
  return { required: true, content: { "application/json": { schema: reference(name) } } };
}

function responses(name: Name) {
  const content = { "application/json": { schema: reference(name) } };
  return { 200: { description: "Success", content }, ...failures() };
}

function failures() {
  const content = { "application/json": { schema: reference("Error") } };
  return Object.fromEntries(
    Object.entries(FAILURES).map(([status, description]) => [status, { description, content }]),
  );
}
