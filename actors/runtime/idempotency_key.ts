/**
 * The key by which whoever an effect talks to can tell its repetition from a second wish.
 *
 * @module
 */
const keys = new WeakMap<object, string>();

/**
 * Key of a running effect or action: the same every time it runs for the same event of the log, at
 * whatever node, and never the same for another one.
 *
 * An effect asks with its `self`, an action with all of its arguments. Without the runtime, e.g. in
 * a plain `createActor()`, there is none.
 *
 * @example A promise and an action that know their keys
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createActor, fromPromise, setup } from "xstate";
 * import { idempotencyKey } from "./mod.ts";
 *
 * const keys: (string | undefined)[] = [];
 * const machine = setup({
 *   actors: {
 *     charge: fromPromise(({ self }) => Promise.resolve(keys.push(idempotencyKey(self)))),
 *   },
 *   actions: { note: (args) => void keys.push(idempotencyKey(args)) },
 * }).createMachine({ entry: "note", invoke: { src: "charge" } });
 * createActor(machine).start();
 * strictEqual(keys.join(), ",");
 * ```
 */
export function idempotencyKey(of: object): string | undefined {
  return keys.get(of);
}

/** Gives `to` a key and returns it. */
export function withKey<T extends object>(to: T, key: string): T {
  keys.set(to, key);
  return to;
}
