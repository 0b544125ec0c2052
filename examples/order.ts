/**
 * An order: timers, an effect that fails before it succeeds, and a child machine, all in plain XState.
 *
 * - `after`: a basket that nobody touches is given up, a payment that failed is tried again. The hub
 *   keeps these timers; they come even if every process was killed meanwhile.
 * - `invoke` of a promise: the payment. It is run after the step that asks for it is durable, and
 *   again, on another node if need be, when a crash leaves open what became of it. So it runs at
 *   least once, and its idempotency key makes that once for the bank.
 * - `invoke` of a machine: the parcel is an actor of its own, with an address and a log.
 *
 * Start a hub with it, and then, in another terminal:
 *
 *     deno task start --kinds examples/order.ts
 *
 *     deno task hub actor send order 1 '{"type":"ADD","item":"tea","price":450}'
 *     deno task hub actor send order 1 '{"type":"PLACE","address":"Elm Street 1"}'
 *     deno task hub actor watch order 1
 *     deno task hub replay order 1
 *
 * The bank is out for its first two requests: the replay shows both failures and the retries. Kill
 * the hub with `kill -9` while the order waits, start it again, and watch the order go on.
 *
 * @module
 */
import { defineActor, idempotencyKey } from "@hub/actors";
import { type Static, Type } from "@sinclair/typebox";
import { assign, emit, fromPromise, type PromiseActorLogic, sendParent, setup } from "xstate";
import { type Bank, createPretendBank, type Payment } from "./pretend_bank.ts";

/** What callers may send. */
const OrderEvent = Type.Union([
  Type.Object({
    type: Type.Literal("ADD"),
    item: Type.String({ minLength: 1 }),
    price: Type.Integer({ minimum: 0, description: "In cents" }),
  }),
  Type.Object({ type: Type.Literal("PLACE"), address: Type.String({ minLength: 1 }) }),
  Type.Object({ type: Type.Literal("CANCEL") }),
]);
type OrderEvent = Static<typeof OrderEvent>;

interface OrderContext {
  readonly items: readonly string[];
  readonly total: number;
  readonly address: string;
  readonly attempts: number;
  readonly paymentId: string | null;
}

const MAX_ATTEMPTS = 5;

/** The parcel of an order. Only its parent speaks to it. */
const parcel = setup({
  types: { context: {} as { address: string }, input: {} as { address: string } },
  delays: { packing: 1_000, transport: 2_000 },
}).createMachine({
  id: "parcel",
  context: ({ input }) => input,
  initial: "packing",
  states: {
    packing: { after: { packing: "onTheWay" } },
    onTheWay: { entry: sendParent({ type: "PACKED" }), after: { transport: "delivered" } },
    delivered: { type: "final" },
  },
  output: ({ context }) => ({ deliveredTo: context.address }),
});

/** The payment of an order at a bank. */
export function chargeAt(bank: Bank): PromiseActorLogic<Payment, { amount: number }> {
  return fromPromise(({ input, self }) => {
    // The same whenever and wherever this charge is run again, and another one for the next attempt:
    // that is a wish of its own, made after the bank has said that it charged nothing.
    const key = idempotencyKey(self);
    if (key === undefined) throw new Error("Only a hub can run this: it gives the key");
    return bank.charge(input.amount, { key });
  });
}

/** The machine alone; tests give it another bank and less patience with `provide()`. */
export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    // Besides what callers send: what the parcel tells.
    events: {} as OrderEvent | { type: "PACKED" },
    emitted: {} as { type: "PAID" | "PAYMENT_FAILED"; attempt: number },
  },
  actors: { charge: chargeAt(createPretendBank({ outages: 2 })), parcel },
  delays: {
    patience: 15 * 60_000,
    // Longer each time.
    beforeRetry: ({ context }) => 1_000 * 2 ** context.attempts,
  },
  guards: {
    hasItems: ({ context }) => context.items.length > 0,
    mayTryAgain: ({ context }) => context.attempts < MAX_ATTEMPTS,
  },
}).createMachine({
  id: "order",
  context: { items: [], total: 0, address: "", attempts: 0, paymentId: null },
  initial: "open",
  states: {
    open: {
      on: {
        ADD: {
          // Entered anew: whoever adds something has not lost interest.
          target: "open",
          reenter: true,
          actions: assign(({ context, event }) => ({
            items: [...context.items, event.item],
            total: context.total + event.price,
          })),
        },
        PLACE: {
          guard: "hasItems",
          target: "paying",
          actions: assign({ address: ({ event }) => event.address }),
        },
        CANCEL: "cancelled",
      },
      after: { patience: "cancelled" },
    },
    paying: {
      initial: "charging",
      states: {
        charging: {
          entry: assign({ attempts: ({ context }) => context.attempts + 1 }),
          invoke: {
            id: "charge",
            src: "charge",
            input: ({ context }) => ({ amount: context.total }),
            onDone: {
              target: "#order.shipping",
              actions: [
                assign({ paymentId: ({ event }) => event.output.paymentId }),
                emit(({ context }) => ({ type: "PAID", attempt: context.attempts })),
              ],
            },
            onError: [
              {
                guard: "mayTryAgain",
                target: "waiting",
                actions: emit(({ context }) => ({
                  type: "PAYMENT_FAILED",
                  attempt: context.attempts,
                })),
              },
              { target: "#order.cancelled" },
            ],
          },
        },
        waiting: {
          // Only here: what the bank is doing cannot be taken back.
          on: { CANCEL: "#order.cancelled" },
          after: { beforeRetry: "charging" },
        },
      },
    },
    shipping: {
      initial: "packing",
      invoke: {
        id: "parcel",
        src: "parcel",
        input: ({ context }) => ({ address: context.address }),
        onDone: "delivered",
      },
      on: { PACKED: ".onTheWay" },
      states: { packing: {}, onTheWay: {} },
    },
    delivered: { type: "final" },
    cancelled: { type: "final" },
  },
  output: ({ context: { total, attempts, paymentId } }) => ({ total, attempts, paymentId }),
});

export default defineActor({
  kind: "order",
  version: 1,
  events: OrderEvent,
  machine: orderMachine,
});
