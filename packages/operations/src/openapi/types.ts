/**
 * OpenAPI documents, as far as they are read here, and how their services are reached.
 *
 * @module
 */
import type {
  OperationContext,
  OperationHandler,
  OperationSpec,
  SubscriptionHandler,
} from "../types.ts";

/** Reads files, for whoever has no `node:fs`. */
export interface OpenAPIFS {
  readFile(path: string): Promise<string>;
}

/** One parameter of an operation. */
export interface OpenAPIParameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema?: unknown;
  description?: string;
  /** In place of `schema`: the value is written as JSON. */
  content?: Record<string, { schema?: unknown }>;
  /** How lists and objects are written. Default `form` in queries and cookies, else `simple`. */
  style?: string;
  /** Whether each item is written by itself. Default `true` for the style `form`, else `false`. */
  explode?: boolean;
}

/** One path and method. */
export interface OpenAPIOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: OpenAPIParameter[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: unknown }> };
  responses?: Record<
    string,
    { content?: Record<string, { schema?: unknown }>; description?: string }
  >;
  /** Schemes that let a request pass: one of the list, all of its entry. */
  security?: Record<string, string[]>[];
}

/** A document. */
export interface OpenAPISpec {
  openapi?: string;
  swagger?: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, OpenAPIOperation>>;
  components?: { schemas?: Record<string, unknown>; securitySchemes?: Record<string, unknown> };
  definitions?: Record<string, unknown>;
  basePath?: string;
  security?: Record<string, string[]>[];
}

/** Where secrets come from, asked anew for every request. */
export interface CredentialSource {
  /**
   * The secret for a scheme of the document, or for the namespace where `auth` names the way.
   * `context` is that of the call that needs it.
   */
  get(
    service: string,
    context: OperationContext,
  ): string | undefined | Promise<string | undefined>;
  /**
   * Whether there is ever a secret for a scheme of the document: of several ways to be let in, the
   * first is taken whose schemes all have one. Default: there is one for each.
   */
  has?(service: string): boolean;
}

/** How a service is reached. */
export interface HTTPServiceConfig {
  namespace: string;
  baseUrl: string;
  headers?: Record<string, string>;
  auth?: {
    type: "bearer" | "apiKey" | "basic";
    token?: string;
    headerName?: string;
    prefix?: string;
  };
  /**
   * Secrets by name. With it, `auth.token` is not used: the secret is fetched for each request and
   * placed as `auth` says or, without `auth`, as the document's security schemes do. A request whose
   * secret is missing is not sent. For `basic`, the secret is `user:password`.
   */
  credentials?: CredentialSource;
  /** Milliseconds for a request; for a stream, until its headers are there. */
  timeout?: number;
  fetch?: typeof globalThis.fetch;
  /** The most that is read of an answer, and of one event of a stream. Default 10 MiB. */
  maxResponseBytes?: number;
  /** `http` names failures `HTTP_<status>`, with the answer's body as details. Default `library`. */
  errorCodes?: "library" | "http";
  /**
   * `closed` takes no properties but those that the document names, and a body only where the
   * document asks for one. Default `open`.
   */
  inputs?: "open" | "closed";
  /** Whether regular expressions of the document are run here, or only shown. Default `checked`. */
  patterns?: "checked" | "shown";
  /** Told of what cannot be read, which is then left out. Without it the whole document is refused. */
  onSkipped?: (skipped: SkippedEndpoint) => void;
}

/** An endpoint that became no operation. */
export interface SkippedEndpoint {
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  readonly reason: string;
}

/** An operation made from a document. */
export type GeneratedOperation = OperationSpec & {
  handler: OperationHandler | SubscriptionHandler;
};
