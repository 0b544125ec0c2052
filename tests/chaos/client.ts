/**
 * One client: does one thing after the other, tries again with the same command id until it knows
 * what became of it, and notes what it was told.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Bus, BusError } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Random } from "../../actors/runtime/_random.ts";
import { createHubCaller, type HubCaller } from "../../src/operations/hub_caller.ts";
import type { CheckedEvent } from "./checked_kind.ts";
import { delay } from "./delay.ts";
import { NO_PAST } from "./digest.ts";
import type { Looked, Outcome, Sent } from "./history.ts";
import { type Actors, drawStep, type Step } from "./plan.ts";

/** What a client needs. */
export interface ClientOptions {
  readonly name: string;
  readonly bus: Bus;
  readonly actors: Actors;
  readonly random: Random;
  /** No new step is begun once it says so. */
  readonly until: () => boolean;
  /** Whoever has no answer by then will have none: the run is over. */
  readonly signal: AbortSignal;
  readonly onSent: (sent: Sent) => void;
  readonly onLooked: (looked: Looked) => void;
}

const PAUSE_MS = 25;
/** A hub that is stopped does not answer; another one will, while the first may still have it. */
const ATTEMPT_MS = 1_500;
const LONGEST_WAIT_MS = 800;
const LATE = new BusError("TIMEOUT", "No answer in time");

const Past = Type.Object({ count: Type.Integer(), digest: Type.Integer() });
const sendAnswers = TypeCompiler.Compile(Type.Object({
  seq: Type.Integer(),
  index: Type.Integer(),
  reply: Type.Optional(Past),
}));
const views = TypeCompiler.Compile(Type.Object({
  seq: Type.Integer(),
  context: Type.Composite([Past, Type.Object({ turn: Type.Integer() })]),
}));

/** Works until it is told to stop, and what it began is answered. */
export async function runClient(options: ClientOptions): Promise<void> {
  const { name, actors, random, until, signal } = options;
  const client = new Client(options);
  for (let n = 0; !until() && !signal.aborted; n++) {
    const step = drawStep(actors, { random, label: `${name}-${n}` });
    if (step?.event !== undefined) await client.send(step, step.event);
    else if (step !== undefined) await client.look(step.actor);
    await delay(random(2 * PAUSE_MS));
  }
}

class Client {
  readonly #options: ClientOptions;
  readonly #caller: HubCaller;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#caller = createHubCaller(options.bus);
  }

  async send(step: Step, event: CheckedEvent): Promise<void> {
    const { actor, twice } = step;
    const { name: client, actors, onSent } = this.#options;
    const over = [actors.begin(actor), ...event.type === "PASS" ? [actors.begin(event.to)] : []];
    const began = { client, actor, event, begunAt: performance.now() };
    const copies = await Promise.all(
      Array.from({ length: twice ? 2 : 1 }, () => this.#insist(step, event)),
    );
    for (const { outcome, tries } of copies) {
      onSent({ ...began, endedAt: performance.now(), tries, outcome });
      if (event.type === "CLAIM" && outcome.is !== "unknown") {
        actors.heardOf(actor, event.turn + 1);
      }
    }
    for (const one of over) one();
  }

  async look(actor: string): Promise<void> {
    const { name: client, actors, onLooked } = this.#options;
    const begunAt = performance.now();
    // Given up at once: a look that fails tells nothing.
    const seen = await this.#attempt("hub/actors/get", { kind: "checked", id: actor });
    const none = "error" in seen && codeOf(seen.error) === "ACTOR_NOT_FOUND";
    if (!none && !("output" in seen)) return;
    const view = "output" in seen ? seen.output : undefined;
    if (view !== undefined && !views.Check(view)) throw new Error(`A strange look: ${show(view)}`);
    const { seq, context: { turn, ...past } } = view ?? NOBODY;
    onLooked({ client, actor, begunAt, endedAt: performance.now(), seq, past, turn });
    actors.heardOf(actor, turn);
  }

  /** Tries with the same id until there is an answer. */
  async #insist(
    { actor, ask, giveUp }: Step,
    event: CheckedEvent,
  ): Promise<{ readonly outcome: Outcome; readonly tries: number }> {
    const operation = ask ? "hub/actors/ask" : "hub/actors/send";
    const input = { kind: "checked", id: actor, event, commandId: event.label };
    for (let tries = 1;; tries++) {
      const tried = await this.#attempt(operation, input);
      if ("output" in tried) return { outcome: answered(tried.output), tries };
      const { error } = tried;
      const code = codeOf(error);
      if (!isRetryable(error)) {
        return { outcome: { is: "refused", code, message: show(error) }, tries };
      }
      if (giveUp || this.#options.signal.aborted) return { outcome: { is: "unknown" }, tries };
      await delay(this.#options.random(Math.min(LONGEST_WAIT_MS, 50 * 2 ** tries)));
    }
  }

  async #attempt(
    operation: string,
    input: unknown,
  ): Promise<{ readonly output: unknown } | { readonly error: unknown }> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(LATE), ATTEMPT_MS);
    try {
      return { output: await this.#caller.call(operation, input, { signal: late.signal }) };
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
    }
  }
}

const NOBODY = { seq: 0, context: { ...NO_PAST, turn: 0 } };

function answered(output: unknown): Outcome {
  if (!sendAnswers.Check(output)) throw new Error(`A strange answer: ${show(output)}`);
  const { seq, index, reply } = output;
  const past = reply && { count: reply.count, digest: reply.digest };
  return { is: "answered", at: { seq, index }, past };
}

function isRetryable(error: unknown): boolean {
  if (error instanceof BusError || error instanceof CallError) return error.retryable;
  return false;
}

function codeOf(error: unknown): string {
  return error instanceof BusError || error instanceof CallError ? error.code : "a failure";
}

function show(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : JSON.stringify(value);
}
