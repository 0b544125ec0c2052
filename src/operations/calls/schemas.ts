/**
 * What the operations on calls take and give.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { closed, Moment, Next, PageInput } from "../identities/schemas.ts";

const Name = Type.String({ minLength: 1, maxLength: 256 });
const SpanId = Type.String({ pattern: "^[0-9a-f]{16}$", description: "Of a call: its span." });
const TraceId = Type.String({ pattern: "^[0-9a-f]{32}$" });

/** Which calls. */
const Filter = {
  operation: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: "Such as dev1/fs/read; with * at its end, all that begin so.",
    }),
  ),
  peer: Type.Optional(Type.String({ ...Name, description: "The spoke that answers." })),
  caller: Type.Optional(Type.String({ ...Name, description: "Who called, or began it all." })),
  outcome: Type.Optional(
    Type.String({
      pattern: "^(?:ok|failed|running|lost|[A-Z][A-Z0-9_]{0,63})$",
      description: "How it ended: ok, failed, running, lost, or the code of an error.",
    }),
  ),
};

/** A call as it is shown. */
const Shown = {
  id: SpanId,
  trace: TraceId,
  parent: Type.Optional(Type.String({ description: "Span of whoever asked for it." })),
  request: Type.String({ description: "As its caller knows it, and answers name it." }),
  operation: Type.String(),
  peer: Type.Optional(Type.String({ description: "The spoke that answers." })),
  node: Type.String({ description: "The node of the hub that it came to." }),
  caller: Type.Optional(Type.String({ description: "Whose rights counted." })),
  originator: Type.Optional(Type.String({ description: "Who began it all, if somebody else." })),
  status: Type.Union(
    [Type.Literal("running"), Type.Literal("ok"), Type.Literal("failed"), Type.Literal("lost")],
    { description: "lost: the node has gone away with it." },
  ),
  error: Type.Optional(Type.String({ description: "Code of the error." })),
  startedAt: Type.String(),
  durationMs: Type.Optional(Type.Number()),
  input: Type.Optional(Type.String({ description: "As JSON, cut off; only if recorded." })),
  output: Type.Optional(Type.String({ description: "As JSON, cut off; only if recorded." })),
};

/** A call as it is shown. */
export const CallView = closed(Shown);
/** A call as it is shown. */
export type CallView = Static<typeof CallView>;

/** What following takes. */
export const TailInput = closed({
  ...Filter,
  from: Type.Optional(
    Type.String({
      pattern: "^\\d{1,15}\\.\\d{1,15}$",
      description: "Position of an item: what came after it. Default: from now on.",
    }),
  ),
});
/** What following takes. */
export type TailInput = Static<typeof TailInput>;

/** What following gives. */
export const TailOutput = closed({ position: Type.String(), ...Shown });
/** What following gives. */
export type TailOutput = Static<typeof TailOutput>;

/** What listing takes. */
export const ListInput = closed({
  ...PageInput,
  ...Filter,
  trace: Type.Optional(TraceId),
  since: Type.Optional(Moment),
  until: Type.Optional(Moment),
});
/** What listing takes. */
export type ListInput = Static<typeof ListInput>;

/** What listing gives. */
export const ListOutput = closed({ calls: Type.Array(CallView), next: Next });
/** What listing gives. */
export type ListOutput = Static<typeof ListOutput>;

/** Which call. */
export const IdInput = closed({
  id: Type.String({
    minLength: 1,
    maxLength: 128,
    description: "Of a call, or of its request: what x-request-id says.",
  }),
});
/** Which call. */
export type IdInput = Static<typeof IdInput>;

/** A call and all that belong to the same trace. */
export const TreeOutput = closed({
  trace: TraceId,
  calls: Type.Array(
    closed({ depth: Type.Integer({ description: "0 for what nobody here asked for." }), ...Shown }),
    { description: "Each before those that it made." },
  ),
  isWhole: Type.Boolean({
    description: "Whether that is all of the trace; else it is what the call belongs to.",
  }),
});
/** A call and all that belong to the same trace. */
export type TreeOutput = Static<typeof TreeOutput>;
