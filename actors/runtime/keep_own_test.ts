import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Address, BusError, type BusStatus } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { CommandError } from "./command.ts";
import { keepOwn, type KeepOwnOptions } from "./keep_own.ts";

const a: Address = { kind: "k", id: "a" }, b: Address = { kind: "k", id: "b" };
const lost = new BusError("DISCONNECTED", "no connection");

/** A keeper whose surroundings do what a test tells them; notes what it does. */
function keeping(
  { list = () => [], activate = () => {}, isOwn = () => true }: {
    readonly list?: (nth: number) => readonly Address[];
    readonly activate?: (address: Address, nth: number) => void;
    readonly isOwn?: (address: Address) => boolean;
  },
) {
  const activated: string[] = [], errors: unknown[] = [];
  const onStatus = new Set<(status: BusStatus) => void>();
  const onChange = new Set<() => void>();
  let lists = 0, released = 0;
  const options: KeepOwnOptions = {
    sweepMs: 600_000,
    isOwn,
    onError: (error) => void errors.push(error),
    bus: {
      onStatus: (listener) => (onStatus.add(listener), () => onStatus.delete(listener)),
    },
    membership: {
      onChange: (listener) => {
        const changed = () => listener([]);
        onChange.add(changed);
        return () => onChange.delete(changed);
      },
    },
    active: {
      async *list() {
        yield* await Promise.resolve(list(++lists));
      },
    },
    residents: {
      activate: async (address) => {
        activated.push(address.id);
        await Promise.resolve();
        activate(address, activated.filter((id) => id === address.id).length);
      },
      behind: (addresses) => Promise.resolve(addresses),
      releaseForeign: () => void released++,
      rearmLate: () => undefined,
    },
  };
  const keeper = keepOwn(options);
  return {
    ...{ keeper, activated, errors, onStatus, onChange },
    get lists() {
      return lists;
    },
    get released() {
      return released;
    },
    change: () => onChange.forEach((tell) => tell()),
    become: (status: BusStatus) => onStatus.forEach((tell) => tell(status)),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

Deno.test("a look that fails is repeated until it has seen all there is, long before the next sweep", async () => {
  await using at = keeping({
    list(nth) {
      if (nth < 3) throw lost;
      return [a];
    },
  });
  await until(() => at.activated.length === 1, { what: "the third look" });
  deepStrictEqual(at.errors, [], "a lost connection is known to everybody");
});

Deno.test("a look that fails for another reason says so once, and is repeated", async () => {
  const odd = new Error("odd");
  await using at = keeping({
    list(nth) {
      if (nth < 4) throw odd;
      return [a];
    },
  });
  await until(() => at.activated.length === 1, { what: "the fourth look" });
  deepStrictEqual(at.errors, [odd]);
});

Deno.test("an actor that cannot be brought into memory for the moment is tried again, and keeps no other one waiting", async () => {
  await using at = keeping({
    list: () => [a, b],
    activate({ id }, nth) {
      if (id === "a" && nth < 3) throw nth === 1 ? lost : new CommandError("UNAVAILABLE", "later");
    },
  });
  await until(() => at.activated.length === 4, { what: "all to be activated" });
  deepStrictEqual(at.activated, ["a", "b", "a", "a"]);
  deepStrictEqual(at.errors, []);
});

Deno.test("an actor that is another node's by then is not tried again", async () => {
  let own = true;
  await using at = keeping({
    list: () => [a],
    isOwn: () => own,
    activate() {
      own = false;
      throw lost;
    },
  });
  await until(() => at.activated.length === 1, { what: "the first attempt" });
  await at.keeper[Symbol.asyncDispose]();
  deepStrictEqual(at.activated, ["a"]);
});

Deno.test("an actor that cannot be brought into memory at all is told of once, and the others are", async () => {
  const damaged = new Error("damaged");
  await using at = keeping({
    list: () => [a, b],
    activate({ id }) {
      if (id === "a") throw damaged;
    },
  });
  await until(() => at.activated.length === 2, { what: "both to be tried" });
  await at.keeper[Symbol.asyncDispose]();
  deepStrictEqual([at.activated, at.errors], [["a", "b"], [damaged]]);
});

Deno.test("it looks when the nodes change and when the connection is there again, also while it looks", async () => {
  await using at = keeping({ list: () => [a] });
  at.change();
  await until(() => at.activated.length === 2, { what: "two looks" });
  at.become("reconnecting");
  strictEqual(at.released, 2);
  at.become("connected");
  await until(() => at.activated.length === 3, { what: "the third look" });
  strictEqual(at.released, 3);
});

Deno.test("an actor is awakened if it is this node's, and not after it was disposed of", async () => {
  const at = keeping({ isOwn: ({ id }) => id === "a" });
  at.keeper.awaken(a);
  at.keeper.awaken(b);
  await at[Symbol.asyncDispose]();
  at.keeper.awaken(a);
  at.change();
  deepStrictEqual([at.activated, at.onStatus.size, at.onChange.size], [["a"], 0, 0]);
});
