/**
 * A bank for the example of an order. It stands for a service elsewhere, so it does what good ones
 * do: a request that bears a key it knows is the same wish again, and is answered as before.
 *
 * @module
 */

/** What a charge came to. */
export interface Payment {
  readonly paymentId: string;
  readonly amount: number;
}

/** What the order needs of a bank. */
export interface Bank {
  /** @throws {Error} When the bank is out: nothing was charged. */
  charge(amount: number, options: { readonly key: string }): Promise<Payment>;
}

/** A bank that can be looked into. */
export interface PretendBank extends Bank {
  /** What was charged, by the keys of the requests. */
  readonly payments: ReadonlyMap<string, Payment>;
}

/**
 * Creates a bank that refuses the first requests.
 *
 * @example
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 *
 * const bank = createPretendBank({ outages: 1 });
 * await rejects(bank.charge(5, { key: "a" }), /out/);
 * const first = await bank.charge(5, { key: "b" });
 * strictEqual(await bank.charge(5, { key: "b" }), first);
 * strictEqual(bank.payments.size, 1);
 * ```
 */
export function createPretendBank({ outages }: { readonly outages: number }): PretendBank {
  const payments = new Map<string, Payment>();
  let refused = 0;
  return {
    payments,
    charge(amount, { key }) {
      const known = payments.get(key);
      if (known !== undefined) return Promise.resolve(known);
      if (refused < outages) {
        refused++;
        return Promise.reject(new Error("The bank is out, nothing was charged"));
      }
      const payment = { paymentId: `pay-${payments.size + 1}`, amount };
      payments.set(key, payment);
      return Promise.resolve(payment);
    },
  };
}
