/**
 * A kind of actor made for checking: whatever it does leaves a mark in its log, and each reply says
 * in two numbers what its whole past was.
 *
 * @module
 */
import { actorRef, defineActor, idempotencyKey } from "@hub/actors";
import { type Static, Type } from "@sinclair/typebox";
import {
  assign,
  cancel,
  emit,
  fromPromise,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import { digestOf, NO_PAST, type Past } from "./digest.ts";

/** What clients send. */
export const CheckedEvent = Type.Object({
  type: Type.Union([
    Type.Literal("APPEND"),
    // Compare and set: of all who try for the same turn, one alone gets it.
    Type.Literal("CLAIM"),
    // An effect.
    Type.Literal("WORK"),
    // A timer without a name: each of them fires.
    Type.Literal("ARM"),
    // A timer with a name: set anew it replaces the one before, and it may be taken back.
    Type.Literal("WIND"),
    Type.Literal("UNWIND"),
    // Tells another actor.
    Type.Literal("PASS"),
    // A child.
    Type.Literal("HIRE"),
  ]),
  /** The command's id. */
  label: Type.String({ minLength: 1, maxLength: 64 }),
  ms: Type.Integer({ minimum: 0, maximum: 60_000 }),
  turn: Type.Integer(),
  to: Type.String({ minLength: 1, maxLength: 64 }),
});
/** What clients send. */
export type CheckedEvent = Static<typeof CheckedEvent>;

/** What comes back from within: from timers and from other actors. */
interface Told {
  readonly type: "RANG" | "CHIMED" | "HEARD";
  readonly label: string;
}

/** What an effect or a child ends with. */
interface Done {
  readonly label: string;
  readonly key?: string | undefined;
}

interface DoneEvent {
  readonly type: "xstate.done.actor.*";
  readonly actorId: string;
  readonly output: Done;
}

interface Task {
  readonly label: string;
  readonly ms: number;
}

function labelIn(event: CheckedEvent | Told | DoneEvent): string {
  return "output" in event ? event.output.label : event.label;
}

function taskIn(event: CheckedEvent | Told | DoneEvent): Task {
  return { label: labelIn(event), ms: "ms" in event ? event.ms : 0 };
}

/** Takes long enough for crashes to find it running. */
const work = fromPromise<Done, Task>(async ({ input, self, signal }) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, input.ms);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  await promise.finally(() => clearTimeout(timer));
  return { label: input.label, key: idempotencyKey(self) };
});

const apprentice = setup({
  types: { context: {} as Task, input: {} as Task },
  delays: { learning: ({ context }) => context.ms },
}).createMachine({
  context: ({ input }) => input,
  initial: "learning",
  states: { learning: { after: { learning: "skilled" } }, skilled: { type: "final" } },
  output: ({ context }) => ({ label: context.label }),
});

const machine = setup({
  types: {
    context: {} as Past & { readonly turn: number },
    events: {} as CheckedEvent | Told | DoneEvent,
    emitted: {} as { type: "NOTED" } & Past,
  },
  actors: { work, apprentice },
  actions: {
    note: assign(({ context, event }) => digestOf(context, labelIn(event))),
    reply: emit(({ context: { count, digest } }) => ({ type: "NOTED", count, digest })),
  },
}).createMachine({
  id: "checked",
  context: { ...NO_PAST, turn: 0 },
  on: {
    APPEND: { actions: ["note", "reply"] },
    CLAIM: {
      guard: ({ context, event }) => event.turn === context.turn,
      actions: ["note", assign({ turn: ({ context }) => context.turn + 1 }), "reply"],
    },
    WORK: {
      actions: [
        "note",
        "reply",
        spawnChild("work", {
          id: ({ event }) => `work-${labelIn(event)}`,
          input: ({ event }) => taskIn(event),
        }),
      ],
    },
    ARM: {
      actions: [
        "note",
        "reply",
        raise(({ event }) => ({ type: "RANG", label: event.label }), {
          delay: ({ event }) => event.ms,
        }),
      ],
    },
    WIND: {
      actions: [
        "note",
        "reply",
        cancel("chime"),
        raise(({ event }) => ({ type: "CHIMED", label: event.label }), {
          id: "chime",
          delay: ({ event }) => event.ms,
        }),
      ],
    },
    UNWIND: { actions: ["note", "reply", cancel("chime")] },
    PASS: {
      actions: [
        "note",
        "reply",
        sendTo(
          ({ event }) => actorRef({ kind: "checked", id: event.to }),
          ({ event }) => ({ type: "HEARD", label: event.label }),
        ),
      ],
    },
    HIRE: {
      actions: [
        "note",
        "reply",
        spawnChild("apprentice", {
          id: ({ event }) => `apprentice-${labelIn(event)}`,
          input: ({ event }) => taskIn(event),
        }),
      ],
    },
    RANG: { actions: "note" },
    CHIMED: { actions: "note" },
    HEARD: { actions: "note" },
    // Stopped as well, for else each would stay among the children of the machine for good.
    "xstate.done.actor.*": { actions: ["note", stopChild(({ event }) => event.actorId)] },
  },
});

// Saved and forgotten often: what was restored is checked, too.
export default defineActor({
  kind: "checked",
  version: 1,
  events: CheckedEvent,
  machine,
  snapshotEvery: 20,
  // Who was cut off tries again after many seconds.
  remember: 5_000,
  passivateAfterMs: 1_000,
});
