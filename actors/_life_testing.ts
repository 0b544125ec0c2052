/** Machines without anything around them: what happens to them is what a test says; for tests. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { TSchema } from "@sinclair/typebox";
import fc from "fast-check";
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  initialTransition,
  type StateNode,
  transition,
} from "xstate";

/** Something that happens: an event, the end of an effect, a timer that is due. */
export type Step =
  | AnyEventObject
  | { readonly done: string; readonly output?: unknown }
  | { readonly error: string; readonly with?: unknown }
  | { readonly due: string };

/** One actor of a machine. */
export class Life {
  readonly machine: AnyStateMachine;
  snapshot: AnyMachineSnapshot;
  /** Inputs of the effects that run, by their names. */
  readonly effects = new Map<string, unknown>();
  /** Events of the timers that are set, by their names. */
  readonly timers = new Map<string, AnyEventObject>();
  readonly emitted: AnyEventObject[] = [];

  constructor(machine: AnyStateMachine, input?: unknown) {
    this.machine = machine;
    const [snapshot, actions] = initialTransition(machine, input);
    this.snapshot = snapshot;
    this.#note(actions);
  }

  /** All states it is in, from the outermost on, without the machine's own name. */
  get states(): readonly string[] {
    const nodes: readonly StateNode[] = this.snapshot._nodes;
    return nodes.map(({ path }) => path.join(".")).filter((path) => path !== "");
  }

  is(state: string): boolean {
    return this.states.includes(state);
  }

  /** Whether a caller's event would be taken. */
  can(event: AnyEventObject): boolean {
    return this.snapshot.status === "active" && this.snapshot.can(event);
  }

  take(step: Step): this {
    const event = this.#eventOf(step);
    const [snapshot, actions] = transition(this.machine, this.snapshot, event);
    this.snapshot = snapshot;
    this.#note(actions);
    return this;
  }

  takeAll(steps: readonly Step[]): this {
    for (const step of steps) this.take(step);
    return this;
  }

  #eventOf(step: Step): AnyEventObject {
    if ("type" in step) return step;
    if ("due" in step) {
      const [id, event] = [...this.timers].find(([id]) => id.includes(`.${step.due}.`)) ?? [];
      ok(id !== undefined && event !== undefined, `${step.due} is set in ${this.states}`);
      this.timers.delete(id);
      return event;
    }
    const id = "done" in step ? step.done : step.error;
    ok(this.effects.delete(id), `${id} runs in ${this.states}`);
    return "done" in step
      ? { type: `xstate.done.actor.${id}`, output: step.output, actorId: id }
      : { type: `xstate.error.actor.${id}`, error: step.with ?? { message: "no" }, actorId: id };
  }

  #note(actions: readonly { readonly type: string; readonly params: unknown }[]): void {
    for (const { type, params } of actions) {
      // deno-lint-ignore no-explicit-any -- XState does not type the parameters of its own actions.
      const given: any = params;
      if (type === "xstate.spawnChild") this.effects.set(given.id, given.input);
      if (type === "xstate.stopChild") this.effects.delete(given.id);
      if (type === "xstate.raise" && given.delay !== undefined) {
        this.timers.set(given.id, given.event);
      }
      if (type === "xstate.cancel") this.timers.delete(given.sendId);
      if (type === "xstate.emit") this.emitted.push(given.event);
    }
  }
}

/** One rule: what leads there, what happens, and where it must lead. */
export type Rule = readonly [
  rule: string,
  given: readonly Step[],
  happens: Step,
  becomes: readonly string[] | "refused",
];

/** A test for each rule. */
export function testRules(machine: AnyStateMachine, rules: readonly Rule[]): void {
  for (const [rule, given, happens, becomes] of rules) {
    Deno.test(`${machine.id}: ${rule}`, () => {
      const life = new Life(machine).takeAll(given);
      if (becomes === "refused") {
        ok("type" in happens);
        ok(!life.can(happens), `${happens.type} is taken in ${life.states}`);
        return;
      }
      if ("type" in happens) ok(life.can(happens), `${happens.type} is refused in ${life.states}`);
      life.take(happens);
      for (const state of becomes) ok(life.is(state), `${state} is not among ${life.states}`);
    });
  }
}

/** How to let anything happen to a machine. */
export interface Wild {
  readonly machine: AnyStateMachine;
  readonly schema: TSchema & { readonly anyOf: readonly TSchema[] };
  /** Events that make sense together: few names, so that they meet. */
  readonly events: readonly AnyEventObject[];
  /** Outputs and errors of effects, by their names; nothing and a plain error where missing. */
  readonly ends?: Readonly<Record<string, readonly Step[]>>;
  /** Where to begin, besides the beginning: what chance alone would hardly lead to. */
  readonly starts?: readonly (readonly Step[])[];
  /** What must hold between any two moments. */
  readonly check: (after: Life, before: ReadonlySet<string>) => void;
}

/** Lets something happen that can, as chosen by `pick`; whatever is refused leaves no trace. */
function wander(life: Life, { events, ends, check }: Wild, pick: number): AnyEventObject["type"] {
  const within: readonly Step[] = [
    ...[...life.effects.keys()].flatMap((id) => ends?.[id] ?? [{ done: id }, { error: id }]),
    ...[...life.timers.keys()].map((id) => ({ due: id.split(".").slice(2, 3).join() })),
  ];
  const callers = events.filter((event) => life.can(event));
  // Half of the time what is under way comes to its end.
  const choice = pick % 2 === 0 && within.length > 0
    ? within
    : callers.length > 0
    ? callers
    : within;
  const step = choice[(pick >> 1) % Math.max(choice.length, 1)];
  if (step === undefined) return "";
  const before = new Set(life.states);
  life.take(step);
  strictEqual(life.snapshot.status === "error", false, `it failed: ${life.snapshot.error}`);
  check(life, before);
  return "type" in step ? step.type : "";
}

const picks = fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 80 });

/** Tests of what holds whatever happens. */
export function testWildly(wild: Wild): void {
  const { machine, schema, events, starts = [] } = wild;
  const start = fc.constantFrom<readonly Step[]>([], ...starts);
  const types = schema.anyOf.map((one): string => one.properties.type.const);
  const seen = new Set<string>(), taken = new Set<string>();

  Deno.test(`${machine.id}: its rules hold whatever happens in whatever order, and nothing throws`, () => {
    fc.assert(
      fc.property(start, picks, (given, sequence) => {
        const life = new Life(machine).takeAll(given);
        for (const pick of sequence) {
          for (const state of life.states) seen.add(state);
          taken.add(wander(life, wild, pick));
          for (const state of life.states) seen.add(state);
          // Whatever could not be taken does no harm either.
          for (const event of events) transition(machine, life.snapshot, event);
        }
        checkStored(life);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  Deno.test(`${machine.id}: every state is reachable`, () => {
    const all = statesOf(machine.root).map(({ path }) => path.join("."));
    // A state that is left in the same step is never seen; it decides where to go.
    const passing = all.filter((path) => path.endsWith(".deciding"));
    strictEqual(all.filter((path) => !seen.has(path) && !passing.includes(path)).join(), "");
  });

  Deno.test(`${machine.id}: every event of its schema is taken somewhere, and no other`, () => {
    strictEqual(types.filter((type) => !taken.has(type)).join(), "");
    strictEqual(events.filter(({ type }) => !types.includes(type)).length, 0);
    const known = machine.events.filter((type) => type !== "" && !type.startsWith("xstate."));
    strictEqual(known.filter((type) => !types.includes(type)).join(), "");
  });
}

/** What is stored as JSON comes back as it was: nothing in it that only memory can hold. */
function checkStored({ machine, snapshot }: Life): void {
  deepStrictEqual(JSON.parse(JSON.stringify(snapshot.context)), snapshot.context);
  const stored = JSON.stringify(machine.getPersistedSnapshot(snapshot));
  const actor = createActor(machine, { snapshot: JSON.parse(stored) });
  strictEqual(JSON.stringify(actor.getPersistedSnapshot()), stored);
}

function statesOf(node: StateNode): StateNode[] {
  return Object.values(node.states).flatMap((state) => [state, ...statesOf(state)]);
}
