/**
 * The place of an effect in a machine that has none of its own.
 *
 * @module
 */
import { fromPromise, type PromiseActorLogic } from "xstate";

/**
 * Stands for an effect until `machine.provide({ actors })` gives it: run without, it fails, and the
 * machine goes the way it has for failures.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createActor } from "xstate";
 *
 * const dial = createActor(unprovided<void, void>("dial"));
 * dial.subscribe({ error: (error) => strictEqual(String(error), "Error: Nobody provides dial") });
 * dial.start();
 * ```
 */
export function unprovided<Output, Input>(name: string): PromiseActorLogic<Output, Input> {
  return fromPromise(() => Promise.reject(new Error(`Nobody provides ${name}`)));
}
