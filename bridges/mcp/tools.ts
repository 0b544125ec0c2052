/**
 * The four tools: the same for everybody, always. Operations are found through them.
 *
 * Names and schemas are a contract: something may be added, nothing renamed or removed.
 *
 * @module
 */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** Calls in one batch. */
export const MAX_ITEMS = 50;
/** Operations that a search finds, where it does not say how many. */
export const DEFAULT_LIMIT = 20;

const Input = Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>(
  Type.Object({}, { description: "What the operation takes, by its schema. Default: {}." }),
));

const CallInput = Type.Object({
  operation: Type.String({
    minLength: 1,
    description: "Name of an operation, as search gives it.",
  }),
  input: Input,
  timeout_ms: Type.Optional(Type.Number({
    exclusiveMinimum: 0,
    description: "How long to wait for the answer; the hub's own limit still holds.",
  })),
});

/** What each tool takes. */
export const TOOL_INPUTS = {
  search: Type.Object({
    query: Type.Optional(Type.String({
      maxLength: 256,
      description: "Words of names, descriptions, tags or fields; they may be misspelled.",
    })),
    namespace: Type.Optional(Type.String({ maxLength: 64 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT })),
    cursor: Type.Optional(Type.String({
      maxLength: 512,
      description: "next_cursor of the page before.",
    })),
  }),
  schema: Type.Object({
    name: Type.String({
      minLength: 1,
      maxLength: 512,
      description: "Name of an operation, as search gives it.",
    }),
  }),
  call: CallInput,
  batch: Type.Object({ calls: Type.Array(CallInput, { maxItems: MAX_ITEMS }) }),
} as const satisfies Record<string, TSchema>;

/** Name of a tool. */
export type ToolName = keyof typeof TOOL_INPUTS;
/** What a tool takes. */
export type ToolInput<T extends ToolName> = Static<typeof TOOL_INPUTS[T]>;

/** Checks of what tools are given, compiled. */
export const TOOL_CHECKS = {
  search: TypeCompiler.Compile(TOOL_INPUTS.search),
  schema: TypeCompiler.Compile(TOOL_INPUTS.schema),
  call: TypeCompiler.Compile(TOOL_INPUTS.call),
  batch: TypeCompiler.Compile(TOOL_INPUTS.batch),
} as const;

const ABOUT = {
  search: "Finds operations that you may call, the best match first.",
  schema: "All about one operation: what it takes, what it gives, how it fails.",
  call: "Runs one operation and gives its output. Read its schema first.",
  batch:
    "Runs several operations, independently of each other; results stand in the order of the calls.",
} as const satisfies Record<ToolName, string>;

const READS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
const ACTS = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

const OUTPUTS: Partial<Record<ToolName, TSchema>> = {
  search: Type.Object({
    operations: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
    next_cursor: Type.Optional(Type.String()),
  }),
  batch: Type.Object({
    results: Type.Array(Type.Object({
      isError: Type.Boolean(),
      request_id: Type.String(),
      output: Type.Optional(Type.Unknown()),
      error: Type.Optional(Type.Object({
        code: Type.String(),
        message: Type.String(),
        retryable: Type.Boolean(),
        details: Type.Optional(Type.Unknown()),
      })),
    })),
  }),
};

/** The tools as they are listed. */
export const TOOLS = (["search", "schema", "call", "batch"] as const).map((name) => ({
  name,
  description: ABOUT[name],
  inputSchema: TOOL_INPUTS[name],
  ...(OUTPUTS[name] === undefined ? {} : { outputSchema: OUTPUTS[name] }),
  annotations: name === "search" || name === "schema" ? READS : ACTS,
}));

/** Whether there is a tool of that name. */
export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOL_INPUTS, name);
}
