import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Bag, type Bagged } from "./bag.ts";

interface Named extends Bagged {
  readonly name: string;
}

const named = (name: string): Named => ({ name, place: -1 });
const namesIn = (bag: Bag<Named>) => [...bag].map(({ name }) => name).toSorted();

Deno.test("Bag gives out what is in it, whichever of it is taken out", () => {
  for (const taken of [0, 1, 2]) {
    const bag = new Bag<Named>(), all = [named("a"), named("b"), named("c")];
    for (const item of all) bag.add(item);
    const item = all[taken] ?? named("none");
    strictEqual(bag.delete(item), true);
    strictEqual(bag.delete(item), false);
    deepStrictEqual(namesIn(bag), ["a", "b", "c"].filter((name) => name !== item.name));
    // The others know their places by now.
    for (const other of all) strictEqual(bag.delete(other), other !== item);
    strictEqual(bag.size, 0);
  }
});

Deno.test("Bag takes again what was taken out, and knows nothing of what was never in", () => {
  const bag = new Bag<Named>(), item = named("a");
  strictEqual(bag.delete(item), false);
  bag.add(item);
  bag.delete(item);
  bag.add(named("b"));
  strictEqual(bag.delete(item), false);
  bag.add(item);
  deepStrictEqual(namesIn(bag), ["a", "b"]);
});

Deno.test("Bag gives out those that are in, though each takes itself out meanwhile", () => {
  const bag = new Bag<Named>(), seen: string[] = [];
  for (const name of ["a", "b", "c"]) bag.add(named(name));
  for (const item of bag) {
    seen.push(item.name);
    bag.delete(item);
  }
  deepStrictEqual(seen, ["a", "b", "c"]);
  strictEqual(bag.size, 0);
});
