/**
 * What an operation is: its specification, its handler, who calls it, and the context it runs in.
 *
 * @module
 */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { CallScope } from "./call_scope.ts";
import { IdentitySchema } from "./identity.ts";
import type { ResponseEnvelope } from "./response-envelope.ts";

/** How an operation is called: read, write, or a stream of values. */
export enum OperationType {
  QUERY = "query",
  MUTATION = "mutation",
  SUBSCRIPTION = "subscription",
}

export type { Identity } from "./identity.ts";

/** Nested operations as functions, by namespace and name. */
export type OperationEnv = Record<
  string,
  Record<string, (input: unknown) => Promise<ResponseEnvelope>>
>;

/** Schema of the plain-data part of an {@linkcode OperationContext}. */
export const OperationContextSchema = Type.Object({
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  requestId: Type.Optional(Type.String()),
  parentRequestId: Type.Optional(Type.String()),
  identity: Type.Optional(IdentitySchema),
  trusted: Type.Optional(Type.Boolean({
    description: "Skips access checks. Set in process by buildEnv() alone, never by a transport.",
  })),
});

/** What a handler is told besides its input. The fields of {@linkcode CallScope} are there when a dispatcher runs it. */
export type OperationContext =
  & Static<typeof OperationContextSchema>
  & { env?: OperationEnv }
  & Partial<CallScope>;

/** The context of a handler that runs under a dispatcher and nowhere else. */
export type CallContext = OperationContext & CallScope;

/** Answers a query or a mutation. */
export type OperationHandler<
  TInput = unknown,
  TOutput = unknown,
  TContext extends OperationContext = OperationContext,
> = (input: TInput, context: TContext) => Promise<TOutput> | TOutput;

/** Answers a subscription, one value after the other. */
export type SubscriptionHandler<
  TInput = unknown,
  TOutput = unknown,
  TContext extends OperationContext = OperationContext,
> = (input: TInput, context: TContext) => AsyncGenerator<TOutput, void, unknown>;

/** Schema of one error that an operation declares. */
export const ErrorDefinitionSchema = Type.Object({
  code: Type.String({ description: "What callers branch on." }),
  description: Type.String(),
  schema: Type.Unknown({ description: "JSON Schema of the error's details." }),
  httpStatus: Type.Optional(Type.Number()),
});

/** One error that an operation declares. */
export type ErrorDefinition = Static<typeof ErrorDefinitionSchema>;

/** Schema of an {@linkcode AccessControl}. */
export const AccessControlSchema = Type.Object({
  requiredScopes: Type.Array(Type.String(), { description: "All of them are needed." }),
  requiredScopesAny: Type.Optional(
    Type.Array(Type.String(), { description: "One of them is needed." }),
  ),
  resourceType: Type.Optional(Type.String()),
  resourceAction: Type.Optional(Type.String()),
});

/** What a caller must hold. */
export type AccessControl = Static<typeof AccessControlSchema>;

/** Schema of an {@linkcode OperationSpec}. */
export const OperationSpecSchema = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  version: Type.String(),
  type: Type.Enum(OperationType),
  title: Type.Optional(Type.String()),
  description: Type.String(),
  tags: Type.Optional(Type.Array(Type.String())),
  inputSchema: Type.Unknown({ description: "A TypeBox schema, or one that the adapter converts." }),
  outputSchema: Type.Unknown({
    description: "A TypeBox schema, or one that the adapter converts.",
  }),
  errorSchemas: Type.Optional(Type.Array(ErrorDefinitionSchema)),
  accessControl: AccessControlSchema,
  _meta: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

/** What an operation promises, without the code that keeps the promise. */
// The two parameters are phantom: they carry the static types of input and output.
export interface OperationSpec<TInput = unknown, TOutput = unknown> {
  name: string;
  namespace: string;
  version: string;
  type: OperationType;
  title?: string;
  description: string;
  tags?: string[];
  inputSchema: TSchema;
  outputSchema: TSchema;
  errorSchemas?: ErrorDefinition[];
  accessControl: AccessControl;
  _meta?: Record<string, unknown>;
}

/** Schema of a specification together with its handler. */
export const OperationDefinitionSchema = Type.Intersect([
  OperationSpecSchema,
  Type.Object({ handler: Type.Unknown() }),
]);

/** A specification together with its handler. */
export interface IOperationDefinition<
  TInput = unknown,
  TOutput = unknown,
  TContext extends OperationContext = OperationContext,
> extends OperationSpec<TInput, TOutput> {
  handler:
    | OperationHandler<TInput, TOutput, TContext>
    | SubscriptionHandler<TInput, TOutput, TContext>;
}
