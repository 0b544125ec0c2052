/**
 * The configuration of imports: services whose operations the hub offers as its own. docs/imports.md
 * describes the keys; the reference of the configuration has them as one setting.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";

const MIB = 1024 * 1024;
const CLOSED = { additionalProperties: false };

const Url = Type.String({
  pattern: "^https?://[^\\s]+$",
  maxLength: 2048,
  expected: "a URL that starts with http:// or https://",
});
/** Scopes that are needed, all of them. */
export const Scopes = Type.Array(
  Type.String({
    pattern: "^[a-z0-9][a-z0-9._-]{0,63}(?::[a-z0-9][a-z0-9._-]{0,63}){0,3}$",
    expected: "a scope such as tasks:read",
  }),
  { minItems: 1, maxItems: 16, expected: "an array of at least one scope" },
);
/** Names of operations, or how they begin. */
export const Patterns = Type.Array(
  Type.String({
    pattern: "^(?:[A-Za-z0-9][A-Za-z0-9_./-]*)?\\*?$",
    minLength: 1,
    maxLength: 256,
    expected: "the name of an operation, `repos/*` or `*`",
  }),
  { minItems: 1, maxItems: 1000, expected: "an array of names of operations" },
);
const PROVIDER = "[a-z0-9][a-z0-9._-]{0,62}";
/** The name of a stored credential. */
const Credential = Type.String({
  pattern: `^${PROVIDER}(?:/${PROVIDER})?$`,
  expected: "the name of a stored credential, such as github or github/bot",
});

/** One service. */
export const ImportSchema = Type.Object({
  openapi: Type.Optional(Type.String({
    description: "URL or path of an OpenAPI document.",
    minLength: 1,
    maxLength: 2048,
  })),
  mcp: Type.Optional(Url),
  baseUrl: Type.Optional(Url),
  credential: Type.Optional(Credential),
  credentials: Type.Optional(Type.Record(
    Type.String({ pattern: "^[A-Za-z0-9._-]{1,128}$" }),
    Credential,
    {
      ...CLOSED,
      ...{ minProperties: 1, maxProperties: 32 },
      names: "the name of a security scheme, as in the document",
      expected: "an object of security schemes and stored credentials",
    },
  )),
  auth: Type.Optional(Type.Object({
    scheme: Type.Union([
      Type.Literal("bearer"),
      Type.Literal("basic"),
      Type.Literal("apiKey"),
      Type.Literal("document"),
    ]),
    header: Type.Optional(Type.String({
      pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",
      expected: "the name of a header",
    })),
    prefix: Type.Optional(Type.String({ maxLength: 64, pattern: "^[\\x20-\\x7e]*$" })),
  }, CLOSED)),
  headers: Type.Optional(Type.Record(
    Type.String({ pattern: "^[A-Za-z0-9-]{1,128}$" }),
    Type.String({ maxLength: 1024, pattern: "^[\\x20-\\x7e]*$", expected: "text in one line" }),
    { ...CLOSED, maxProperties: 32, expected: "an object of names and values" },
  )),
  scopes: Type.Optional(Scopes),
  access: Type.Optional(Type.Array(
    Type.Object({ operations: Patterns, scopes: Scopes }, CLOSED),
    { maxItems: 100, expected: "an array of rules, each of operations and scopes" },
  )),
  include: Type.Optional(Patterns),
  exclude: Type.Optional(Patterns),
  refreshSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 604_800 })),
  timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 600_000 })),
  maxOperations: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  maxDocumentBytes: Type.Optional(Type.Integer({ minimum: 1024, maximum: 128 * MIB })),
  maxResponseBytes: Type.Optional(Type.Integer({ minimum: 1024, maximum: 128 * MIB })),
  checkOutput: Type.Optional(Type.Boolean()),
  allowPrivate: Type.Optional(Type.Boolean()),
}, { ...CLOSED, expected: "an object with `openapi` or `mcp`" });
/** One service. */
export type ImportConfig = Static<typeof ImportSchema>;

/** All of them, by namespace. */
export const ImportsSchema = Type.Record(
  Type.String({ pattern: "^[a-z][a-z0-9_-]{0,62}$" }),
  ImportSchema,
  {
    ...CLOSED,
    description: "OpenAPI documents and MCP servers to import, by namespace: docs/imports.md.",
    default: {},
    maxProperties: 100,
    names: "a namespace of small letters, digits, hyphens and underscores",
    expected: "an object of namespaces and what is imported under each",
  },
);
