/**
 * What goes into the operations on actors, and what comes out. An event is open, as the kind's schema
 * says what it takes; whatever else callers send is closed.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import type { AnyEventObject } from "xstate";
import { closed } from "../identities/schemas.ts";

const POSITION = "^[0-9]{1,15}\\.[0-9]{1,15}$";

const kind = Type.String({ minLength: 1, maxLength: 128, description: "Kind of the actor." });
const id = Type.String({ minLength: 1, maxLength: 128, description: "Id of the actor." });
const event = Type.Unsafe<AnyEventObject>(Type.Object({
  type: Type.String({ minLength: 1, maxLength: 200 }),
}, { description: "The event, as the kind's schema takes it." }));
const from = Type.Optional(Type.String({
  pattern: POSITION,
  description:
    "Position of the last event that was seen, such as 12.0: what comes after it is given.",
}));
const seq = Type.Integer({ description: "Message of the actor's log." });
const index = Type.Integer({ description: "Event in that message." });
const value = Type.Unknown({ description: "The machine's state value." });
const changed = Type.Boolean({ description: "Whether state value or context changed." });
const status = Type.Union(
  ["active", "done", "error", "stopped"].map((one) => Type.Literal(one)),
  { description: "Whether the actor lives on, or how it ended." },
);
const commandId = Type.Optional(Type.String({
  minLength: 1,
  maxLength: 128,
  description: "The same id again gets the first answer again. Without one, each call is another.",
  // Where a gateway puts the key by which a request that is sent again is known.
  "x-idempotency-key": true,
}));

/** Names one actor. */
export const AddressInput = closed({ kind, id });
export type AddressInput = Static<typeof AddressInput>;

export const SendInput = closed({ kind, id, event, commandId });
export type SendInput = Static<typeof SendInput>;
export const SendOutput = Type.Object({ seq, index, value, changed });
export type SendOutput = Static<typeof SendOutput>;

export const AskInput = closed({
  ...SendInput.properties,
  reply: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 200,
    description: "Type of the emitted event that is the reply. Without it: the first one.",
  })),
});
export type AskInput = Static<typeof AskInput>;
export const AskOutput = Type.Object({
  ...SendOutput.properties,
  status,
  reply: Type.Optional(event),
  output: Type.Optional(Type.Unknown({ description: "Of a machine that is done." })),
  error: Type.Optional(Type.Unknown({ description: "Of a machine that has failed." })),
});
export type AskOutput = Static<typeof AskOutput>;

export const GetOutput = Type.Object({
  value,
  context: Type.Unknown(),
  status,
  output: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
  seq,
  version: Type.Integer({ description: "Version of the machine." }),
  owner: Type.String({ description: "Node on which the actor lives." }),
});

export const ListInput = closed({
  kind: Type.Optional(kind),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(Type.String({
    maxLength: 512,
    description: "What the page before gave as next.",
  })),
});
export type ListInput = Static<typeof ListInput>;
export const ListOutput = Type.Object({
  actors: Type.Array(AddressInput),
  total: Type.Integer({ description: "Of all that match, those included that may not be seen." }),
  next: Type.Optional(Type.String()),
});

/** Most events of one page. */
export const MAX_EVENTS = 500;
export const EventsInput = closed({
  kind,
  id,
  from,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_EVENTS, default: 100 })),
});
export type EventsInput = Static<typeof EventsInput>;
export const EventsOutput = Type.Object({
  events: Type.Array(Type.Object({
    position: Type.String(),
    version: Type.Integer({ description: "Version of the machine that accepted it." }),
    id: Type.String({ description: "Of the command." }),
    event,
    cause: Type.Object({ from: Type.String() }),
    by: Type.Optional(Type.String({ description: "Identity on whose behalf." })),
    trace: Type.Optional(
      Type.String({ description: "The call that sent it, as traceparent spells it." }),
    ),
    at: Type.Number({ description: "Unix milliseconds." }),
  })),
  next: Type.Optional(Type.String({ description: "Give it as from, for what comes after." })),
});
export type EventsOutput = Static<typeof EventsOutput>;

export const WatchInput = closed({ kind, id, from });
export type WatchInput = Static<typeof WatchInput>;
export const WatchOutput = Type.Union([
  Type.Object({
    position: Type.String({ description: "Give it as from, to go on after it." }),
    event: Type.Union([Type.String(), Type.Null()], {
      description: "Type of the event; null for how the actor is at the beginning.",
    }),
    at: Type.Optional(Type.Number()),
    status,
    value,
    changed,
    context: Type.Optional(Type.Unknown({ description: "Present where it changed." })),
    emitted: Type.Array(event),
    output: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.Unknown()),
  }),
  Type.Object({
    emitted: Type.Array(event, { description: "By a running effect: in no log." }),
  }, { additionalProperties: false }),
]);
export type WatchOutput = Static<typeof WatchOutput>;
