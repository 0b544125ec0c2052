/** Logs of every kind, made by chance; for tests. */
import fc from "fast-check";
import { order } from "../_order_machine.ts";
import { logged, Simulation } from "../_simulate.ts";
import type { LoggedEvent } from "../record.ts";

type Happening =
  | { readonly event: { readonly type: string; readonly n?: number } }
  | { readonly from: "effect" | "timer"; readonly id: string };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 12 }).map((n) => ({ event: { type: "ADD", n } })),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom("PAY", "PACK", "REMIND", "CALM").map((type) => ({
      event: { type },
    })),
  },
  { weight: 3, arbitrary: fc.constant({ from: "effect" as const, id: "charge" }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("reminder", "xstate.after.5000.order.paying").map((id) => ({
      from: "timer" as const,
      id,
    })),
  },
);

/** An order that has been through something, and its log. */
export const orders: fc.Arbitrary<Simulation> = fc
  .array(fc.array(happening, { minLength: 1, maxLength: 4 }), { maxLength: 20 })
  .map((plan) => {
    const actor = new Simulation(order, { total: 5 });
    let made = 0;
    for (const group of plan) {
      const commands = group.flatMap((it): LoggedEvent[] => {
        const command = "from" in it ? actor.from(it.from, it.id) : logged(`c${made++}`, it.event);
        return command === undefined ? [] : [command];
      });
      actor.send(...commands);
    }
    return actor;
  });
