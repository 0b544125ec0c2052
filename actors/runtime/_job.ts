/** A machine that does its work as an effect; for tests. */
import { Type } from "@sinclair/typebox";
import { type AnyActorLogic, assign, fromPromise, sendTo, setup } from "xstate";
import { type ActorKind, defineActor } from "./definition.ts";
import { idempotencyKey } from "./idempotency_key.ts";

const plain = (type: string) => Type.Object({ type: Type.Literal(type) });

/** A job that does its work as an effect; each node may be given another way to do it. */
export function job(
  work: AnyActorLogic,
  { sync = false, ...extra }: Partial<ActorKind> & { sync?: boolean } = {},
): ActorKind {
  const machine = setup({
    types: {
      context: {} as { result: unknown; error: unknown },
      events: {} as { type: "GO" | "STOP" | "TELL" | "TICK"; n?: number },
    },
    actors: { work },
  }).createMachine({
    context: { result: undefined, error: undefined },
    initial: "idle",
    states: {
      idle: { on: { GO: "busy" } },
      busy: {
        on: { STOP: "idle", TELL: { actions: sendTo("work", { type: "HELLO" }) }, TICK: {} },
        invoke: {
          id: "work",
          src: "work",
          input: { n: 2 },
          onDone: {
            target: "idle",
            actions: assign({ result: ({ event }) => event.output }),
          },
          onError: { target: "idle", actions: assign({ error: ({ event }) => event.error }) },
          ...(sync ? { onSnapshot: {} } : {}),
        },
      },
    },
  });
  const events = Type.Union(["GO", "STOP", "TELL"].map(plain));
  return { ...defineActor({ kind: "job", version: 1, machine, events }), ...extra };
}

/** A promise that notes that it runs, and is settled by the test. */
export function held() {
  const runs: { key: string | undefined; signal: AbortSignal; n: unknown }[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const work = fromPromise<unknown, { n: number }>(({ self, signal, input }) => {
    runs.push({ key: idempotencyKey(self), signal, n: input.n });
    return promise;
  });
  return { runs, work, resolve, reject };
}
