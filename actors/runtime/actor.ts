/**
 * One actor in the memory of its owner: takes commands, commits them in groups, then acts.
 *
 * @module
 */
import { type Address, BusError, WrongLastSequence } from "@hub/bus";
import type { Action } from "./action.ts";
import { type Answer, type Command, CommandError } from "./command.ts";
import { decide, type Verdict } from "./decide.ts";
import { fold, WINDOW_SIZE } from "./fold.ts";
import { load, type LoadPorts } from "./load.ts";
import { type Loaded, persist } from "./persist.ts";
import { type LoggedEvent, START } from "./record.ts";
import type { Outcome } from "./state.ts";

/** What an actor needs of the world. */
export interface ActorPorts extends LoadPorts {
  readonly now: () => number;
  /** Does what a commit asked for, at least once; resolves when a snapshot may leave it out. */
  readonly perform: (address: Address, actions: readonly Action[]) => Promise<void>;
}

/** An actor in memory. */
export interface ActiveActor {
  /**
   * Resolves with the answer once the command is durable.
   *
   * @throws {CommandError} when it was refused, or when it cannot be said what became of it.
   */
  send(command: Command): Promise<Answer>;
  /** The state after the last commit; loads it if need be. `undefined`: nothing ever happened. */
  read(): Promise<Loaded | undefined>;
  /** Commands that wait. */
  readonly waiting: number;
  /** Saves a snapshot, once everything is done that was committed. */
  passivate(): Promise<void>;
}

/** Commands that may wait for one actor. */
const MAX_WAITING = 1024;
/** Commands that are committed together. */
const MAX_GROUP = 256;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;

interface Waiting {
  readonly command: LoggedEvent;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Creates an actor; nothing is loaded before the first command. */
export function createActiveActor(ports: ActorPorts, address: Address): ActiveActor {
  return new Actor(ports, address);
}

class Actor implements ActiveActor {
  readonly #ports: ActorPorts;
  readonly #address: Address;
  readonly #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #loaded: Loaded | undefined;
  /** The end of all that has been asked for so far. */
  #performed: Promise<void> = Promise.resolve();
  #countAtSnapshot = 0;

  constructor(ports: ActorPorts, address: Address) {
    this.#ports = ports;
    this.#address = address;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  send(command: Command): Promise<Answer> {
    if (this.#waiting.length >= MAX_WAITING) {
      const message = `Cannot take ${command.event.type}: ${MAX_WAITING} commands wait already`;
      return Promise.reject(new CommandError("RATE_LIMITED", message));
    }
    return new Promise((resolve, reject) => {
      const logged = { ...command, at: this.#ports.now() };
      this.#waiting.push({ command: logged, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  async read(): Promise<Loaded | undefined> {
    await this.#working;
    return this.#loaded ?? await this.#load();
  }

  async passivate(): Promise<void> {
    await this.#working;
    await this.#performed;
    await this.#save();
  }

  async #work(): Promise<void> {
    // Everything that arrives in this turn of the event loop belongs to the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        await this.#settle(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#working = undefined;
  }

  /** Commits a group, again and again as long as it is not known what became of it. */
  async #settle(group: readonly Waiting[]): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#commit(group);
      } catch (error) {
        // Memory may be behind the log: it is read again before anything is decided anew.
        this.#loaded = undefined;
        if (!(error instanceof BusError)) throw error;
        const lost = error instanceof WrongLastSequence || error.retryable;
        if (!lost || attempt === ATTEMPTS) throw unavailable(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
      pauseMs *= 2;
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const { kind, scope, log } = this.#ports;
    const loaded = this.#loaded ?? await this.#load() ?? await this.#start(group);
    const commit = { seq: 0 };
    const { window } = loaded;
    const decision = decide(
      { kind, scope, machine: kind.machine, window, commit },
      loaded.state,
      group.map(({ command }) => command),
    );
    if (decision.accepted.length > 0) {
      const { accepted: events, next, actions } = decision;
      commit.seq = await log.append(this.#address, {
        events,
        version: kind.version,
        after: loaded.seq,
      });
      this.#loaded = { state: next, seq: commit.seq, window };
      this.#remember(group, decision.verdicts);
      this.#perform(actions);
    }
    for (const [at, verdict] of decision.verdicts.entries()) answer(group[at], verdict);
    await this.#saveNowAndThen();
  }

  #remember(group: readonly Waiting[], verdicts: readonly Verdict[]): void {
    for (const [at, verdict] of verdicts.entries()) {
      const id = group[at]?.command.id;
      if (verdict.is === "accepted" && id !== undefined) {
        this.#loaded?.window.add(id, verdict.outcome);
      }
    }
  }

  async #load(): Promise<Loaded | undefined> {
    const { loaded, actions } = await load(this.#ports, this.#address);
    this.#loaded = loaded;
    this.#countAtSnapshot = loaded?.state.count ?? 0;
    this.#perform(actions);
    return loaded;
  }

  /** The first command makes the actor: its log begins with the start. */
  async #start([first]: readonly Waiting[]): Promise<Loaded> {
    const { kind, scope, log, now } = this.#ports;
    const cause = first?.command.cause.from === "start"
      ? first.command.cause
      : { from: "start" as const };
    const events = [{ id: "start", event: START, cause, at: now() }];
    const context = { kind, scope, windowSize: WINDOW_SIZE };
    const { version } = kind;
    // Folded first: a machine that cannot start must not have a log.
    fold(context, undefined, { seq: 0, version, events });
    const seq = await log.append(this.#address, { events, version, after: 0 });
    const actions: Action[] = [];
    const loaded = fold(context, undefined, { seq, version, events }, (step) => {
      actions.push(...step.actions);
    });
    this.#loaded = loaded;
    this.#perform(actions);
    return loaded;
  }

  #perform(actions: readonly Action[]): void {
    if (actions.length === 0) return;
    const { perform } = this.#ports;
    this.#performed = this.#performed.then(() => perform(this.#address, actions));
  }

  async #saveNowAndThen(): Promise<void> {
    const count = this.#loaded?.state.count ?? 0;
    if (count - this.#countAtSnapshot < this.#ports.kind.snapshotEvery) return;
    await this.#performed;
    await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#loaded === undefined) return;
    const { kind, snapshots } = this.#ports;
    this.#countAtSnapshot = this.#loaded.state.count;
    await snapshots.save(this.#address, persist(kind, this.#loaded));
  }
}

function answer(waiting: Waiting | undefined, verdict: Verdict): void {
  if (waiting === undefined) return;
  switch (verdict.is) {
    case "accepted":
    case "repeated":
      return waiting.resolve(answerOf(verdict.outcome));
    case "stale":
      return waiting.reject(new CommandError("STALE", "It is under way no more"));
    case "refused":
      return waiting.reject(new CommandError(verdict.refusal.code, verdict.refusal.message));
  }
}

function answerOf({ position: { commit, index }, value, changed }: Outcome): Answer {
  return { seq: commit.seq, index, value, changed };
}

function unavailable(cause: BusError): CommandError {
  const message = "Cannot say what became of the command: send it again with the same id";
  return new CommandError("UNAVAILABLE", message, { cause });
}
