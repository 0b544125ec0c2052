import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ActorKind } from "@hub/actors";
import { eventsOf, logged, ownedBy, startNode, typesOf } from "../actors/runtime/_nodes_testing.ts";
import { until } from "../tests/harness/until.ts";
import order, { chargeAt, orderMachine } from "./order.ts";
import { type Bank, createPretendBank } from "./pretend_bank.ts";

const address = { kind: "order", id: "1" };
const add = { type: "ADD", item: "tea", price: 450 };
const place = { type: "PLACE", address: "Elm Street 1" }, cancel = { type: "CANCEL" };
const CHARGED = "xstate.done.actor.charge", REFUSED = "xstate.error.actor.charge";
const DELIVERED = "xstate.done.actor.parcel";

/** The order at another bank, and in more of a hurry. */
function orderAt(bank: Bank, delays: { patience?: number; beforeRetry?: number } = {}): ActorKind {
  const machine = orderMachine.provide({
    actors: { charge: chargeAt(bank) },
    delays: { patience: 60_000, beforeRetry: 20, ...delays },
  });
  return { ...order, machine };
}

Deno.test("an order is paid at the third attempt, after two that failed", async () => {
  const bank = createPretendBank({ outages: 2 });
  await using node = await startNode("n1", { kinds: [orderAt(bank)] });
  await node.send(address, add);
  await node.send(address, { ...add, item: "cake", price: 50 });
  await node.send(address, place);
  await logged(node.bus, address, CHARGED);
  const ends = (await typesOf(node.bus, address)).filter((type) =>
    type === CHARGED || type === REFUSED
  );
  deepStrictEqual(ends, [REFUSED, REFUSED, CHARGED]);
  deepStrictEqual([...bank.payments.values()], [{ paymentId: "pay-1", amount: 500 }]);
});

Deno.test("its parcel is an actor of its own, tells that it is packed, and ends the order", async () => {
  const bank = createPretendBank({ outages: 0 });
  await using node = await startNode("n1", { kinds: [orderAt(bank)] });
  await node.send(address, add);
  await node.send(address, place);
  const { cause } = await logged(node.bus, address, "PACKED");
  ok(cause.from === "actor" && cause.address.startsWith("order:parcel/1~"));
  const { event } = await logged(node.bus, address, DELIVERED);
  deepStrictEqual(event.output, { deliveredTo: "Elm Street 1" });
  const view = await node.host.get(address);
  strictEqual(view?.status, "done");
  deepStrictEqual(view?.output, { total: 450, attempts: 1, paymentId: "pay-1" });
});

Deno.test("a charge whose answer is lost in a crash is repeated with its key, and charged once", async () => {
  const bank = createPretendBank({ outages: 0 });
  const deaf: Bank = {
    async charge(amount, options) {
      await bank.charge(amount, options);
      return await new Promise(() => {});
    },
  };
  const at = ownedBy("n1", { kind: "order", among: ["n1", "n2"] });
  await using second = await startNode("n2", { kinds: [orderAt(bank)] });
  await using first = await startNode("n1", { kinds: [orderAt(deaf)], realm: second.realm });
  await until(() => second.send(at, add, "c1"), { what: "the first command" });
  await second.send(at, place, "c2");
  await until(() => bank.payments.size === 1, { what: "the charge" });
  await first.crash();
  await logged(second.bus, at, CHARGED);
  strictEqual(bank.payments.size, 1);
  strictEqual((await typesOf(second.bus, at)).filter((type) => type === CHARGED).length, 1);
});

Deno.test("each attempt has a key of its own", async () => {
  const keys: string[] = [];
  const bank: Bank = {
    charge(_, { key }) {
      keys.push(key);
      return Promise.reject(new Error("out"));
    },
  };
  await using node = await startNode("n1", { kinds: [orderAt(bank)] });
  await node.send(address, add);
  await node.send(address, place);
  await until(async () => (await node.host.get(address))?.status === "done", {
    what: "the order to be given up",
  });
  strictEqual(new Set(keys).size, 5, "five attempts are made");
  ok(keys.every((key) => key.startsWith("order/1/")));
});

Deno.test("an open order that nobody touches is given up", async () => {
  const kind = orderAt(createPretendBank({ outages: 0 }), { patience: 100 });
  await using node = await startNode("n1", { kinds: [kind] });
  await node.send(address, add);
  await logged(node.bus, address, "xstate.after.patience.order.open");
  strictEqual((await node.host.get(address))?.value, "cancelled");
});

Deno.test("an order can be cancelled while it waits for its next attempt, and then no more", async () => {
  const bank = createPretendBank({ outages: 9 });
  await using node = await startNode("n1", { kinds: [orderAt(bank, { beforeRetry: 60_000 })] });
  await node.send(address, add);
  await node.send(address, place);
  await logged(node.bus, address, REFUSED);
  await node.send(address, cancel);
  await rejects(node.send(address, cancel), { code: "ILLEGAL_STATE" });
  strictEqual(bank.payments.size, 0);
});

const REFUSALS = [
  ["an order without items", [], place, "ILLEGAL_STATE"],
  ["a price that is no whole number of cents", [], { ...add, price: 0.5 }, "VALIDATION_ERROR"],
  ["what only a parcel may say", [add], { type: "PACKED" }, "VALIDATION_ERROR"],
] as const;

for (const [what, before, event, code] of REFUSALS) {
  Deno.test(`an order refuses ${what}`, async () => {
    await using node = await startNode("n1", {
      kinds: [orderAt(createPretendBank({ outages: 0 }))],
    });
    for (const one of before) await node.send(address, one);
    await rejects(node.send(address, event), { code });
    strictEqual((await eventsOf(node.bus, address)).length, 1 + before.length);
  });
}
