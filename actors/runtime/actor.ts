/**
 * One actor in the memory of its owner: takes commands, commits them in groups, then acts.
 *
 * @module
 */
import { type Address, backOff, BusError, WrongLastSequence } from "@hub/bus";
import type { Action } from "./action.ts";
import { type Answer, type Command, CommandError } from "./command.ts";
import { commandKey } from "./command_window.ts";
import { decide, type Verdict } from "./decide.ts";
import type { Asked, Duties } from "./duties.ts";
import { fold } from "./fold.ts";
import { load, type LoadPorts } from "./load.ts";
import type { Loaded } from "./persist.ts";
import { patiently } from "./persistently.ts";
import { Recollection, whereToSearch } from "./recollection.ts";
import { type LoggedEvent, START } from "./record.ts";
import { createSaver, type Saver } from "./saver.ts";
import type { ActorState } from "./state.ts";
import { isChanged } from "./step.ts";
import {
  type Asker,
  dependsOnState,
  makesActor,
  settleAs,
  unavailable,
  untakeable,
} from "./verdicts.ts";

/** What a commit made of an actor. */
export interface Committed {
  readonly state: ActorState;
  readonly seq: number;
  /** Of the last event in it. */
  readonly index: number;
  /** Whether state value or context changed. */
  readonly changed: boolean;
}

/** What an actor needs of the world. */
export interface ActorPorts extends LoadPorts {
  readonly now: () => number;
  readonly duties: Duties;
  /** Told of each commit, once what it asked for is under way. */
  readonly onCommitted?: (address: Address, committed: Committed) => void;
}

/** An actor in memory. */
export interface ActiveActor {
  /**
   * Resolves with the answer once the command is durable.
   *
   * @throws {CommandError} when it was refused, or when it cannot be said what became of it.
   */
  send(command: Command): Promise<Answer>;
  /**
   * The state after the last commit, whoever made that; loads it if need be. `undefined`: nothing
   * ever happened.
   */
  read(): Promise<Loaded | undefined>;
  /** Takes up what is under way: all of it, if it was not in memory, or what another node wrote. */
  activate(): Promise<void>;
  /** The end of its log, as far as it is in memory. */
  readonly seq: number | undefined;
  /** Whether a command or a question waits, or is being dealt with. */
  readonly isWorking: boolean;
  /** Saves a snapshot, once everything is done that was committed; none if some of it was given up. */
  passivate(): Promise<void>;
}

/** Commands that may wait for one actor. */
const MAX_WAITING = 1024;
/** Commands that are committed together. */
const MAX_GROUP = 256;
const ATTEMPTS = 8;

/** Wants to see the actor as it is. */
interface Visit {
  readonly act: () => Promise<void>;
  readonly reject: (error: unknown) => void;
}

interface Waiting extends Asker {
  readonly command: LoggedEvent;
}

/** Creates an actor; nothing is loaded before the first command. */
export function createActiveActor(ports: ActorPorts, address: Address): ActiveActor {
  return new Actor(ports, address);
}

class Actor implements ActiveActor {
  readonly #ports: ActorPorts;
  readonly #address: Address;
  readonly #waiting: Waiting[] = [];
  readonly #visits: Visit[] = [];
  #working: Promise<void> | undefined;
  /** When the first of those came that wait, or are being dealt with. */
  #workingSince = 0;
  #loaded: Loaded | undefined;
  /** The end of the log as it was seen before what is in memory; 0 if there was none. */
  #seen: number | undefined;
  #recollection: Recollection | undefined;
  /** What was asked for and is not done. */
  readonly #undone = new Set<Promise<void>>();
  #gaveUp = false;
  readonly #saver: Saver;

  constructor(ports: ActorPorts, address: Address) {
    this.#ports = ports;
    this.#address = address;
    const isDone = () => Promise.all(this.#undone).then(() => !this.#gaveUp);
    const { kind, snapshots, onUnusable } = ports;
    this.#saver = createSaver({ kind, snapshots, address, isDone, onUnusable });
  }

  get seq(): number | undefined {
    return this.#loaded?.seq;
  }

  get isWorking(): boolean {
    return this.#working !== undefined;
  }

  send(command: Command): Promise<Answer> {
    if (this.#waiting.length >= MAX_WAITING) {
      return refuseFor(command, `${MAX_WAITING} commands wait already`);
    }
    if (command.cause.from === "caller" && this.#ports.duties.isFull === true) {
      return refuseFor(command, "too much of what it asked for is not done yet");
    }
    return new Promise((resolve, reject) => {
      const { asks = false, replyType, ...said } = command;
      const logged = { ...said, at: this.#ports.now() };
      this.#waiting.push({ command: logged, asks, replyType, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  read(): Promise<Loaded | undefined> {
    return this.#visit(async () => {
      await this.#catchUp();
      return this.#loaded;
    });
  }

  activate(): Promise<void> {
    return this.#visit(() => this.#catchUp());
  }

  async passivate(): Promise<void> {
    await this.#working;
    await this.#saver.done();
    await Promise.all(this.#undone);
    if (this.#loaded !== undefined) await this.#saver.save(this.#loaded);
  }

  /** Between two groups: nothing changes meanwhile. */
  #visit<T>(see: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#visits.push({ act: async () => resolve(await patiently(see)), reject });
    this.#working ??= this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#workingSince = this.#ports.now();
    // Everything that arrives in this turn of the event loop belongs to the first group.
    await Promise.resolve();
    while (this.#waiting.length + this.#visits.length > 0) {
      for (const { act, reject } of this.#visits.splice(0)) await act().catch(reject);
      const group = this.#waiting.splice(0, MAX_GROUP);
      if (this.#recollection?.isOver(group[0]?.command.at ?? 0)) this.#recollection = undefined;
      await this.#settle(group).catch((error) => {
        for (const { reject } of group) reject(error);
      });
    }
    this.#working = undefined;
  }

  /** Memory is behind the log when another node, which takes the actor for its own, has written. */
  async #catchUp(): Promise<void> {
    const { log } = this.#ports;
    if (this.#loaded === undefined) await this.#load();
    for (let tries = 1; !await log.isLast(this.#address, this.#loaded?.seq ?? 0); tries++) {
      if (tries > ATTEMPTS) throw new BusError("TIMEOUT", "Cannot read the log: it does not come");
      // What was asked may not have been told yet what the stream's leader knows.
      if (tries > 1) await backOff(tries - 1);
      await this.#load();
    }
  }

  /** Commits a group, again and again as long as it is not known what became of it. */
  async #settle(group: readonly Waiting[]): Promise<void> {
    try {
      await patiently(() => this.#commit(group).catch((error) => this.#forget(error)));
    } catch (error) {
      if (!(error instanceof BusError)) throw untakeable(error);
      if (error.code === "TOO_LARGE") return await this.#settleHalves(group, error);
      throw unavailable(error);
    }
  }

  /** Memory may be behind the log: it is read again before anything is decided anew. */
  #forget(error: unknown): never {
    this.#seen = this.#loaded?.seq ?? this.#seen;
    this.#loaded = undefined;
    throw error;
  }

  /** Together they are more than one message of the log can hold. */
  async #settleHalves(group: readonly Waiting[], cause: BusError): Promise<void> {
    const half = Math.ceil(group.length / 2);
    if (half === group.length) throw new CommandError("VALIDATION_ERROR", cause.message, { cause });
    for (const part of [group.slice(0, half), group.slice(half)]) {
      await this.#settle(part).catch((error) => {
        for (const { reject } of part) reject(error);
      });
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return;
    const { kind, scope, log, duties } = this.#ports;
    const loaded = this.#loaded ?? await this.#load() ?? await this.#start(group);
    if (loaded === undefined) {
      await this.#confirm(0);
      return refuseAll(group);
    }
    const commit = { seq: 0 };
    const { window } = loaded;
    const commands = group.map(({ command }) => command);
    const known = this.#recollection && await this.#recollection.over(window, commands);
    const decision = decide(
      { kind, scope, self: this.#address, machine: kind.machine, window: known ?? window, commit },
      loaded.state,
      commands,
    );
    if (decision.accepted.length > 0) {
      const { accepted: events, next, actions } = decision;
      const prepared = duties.prepare(actions);
      if (prepared !== undefined) await prepared;
      commit.seq = await log.append(this.#address, {
        events,
        version: kind.version,
        after: loaded.seq,
      });
      this.#loaded = { state: next, seq: commit.seq, window };
      this.#remember(group, decision.verdicts);
      this.#perform({ actions, state: next, seq: commit.seq, resumed: false });
      this.#tell({
        ...{ state: next, seq: commit.seq, index: events.length - 1 },
        changed: isChanged(loaded.state.snapshot, next.snapshot),
      });
    } else if (decision.verdicts.some(dependsOnState)) {
      await this.#confirm(loaded.seq);
    }
    const after = this.#loaded ?? loaded;
    for (const [at, verdict] of decision.verdicts.entries()) settleAs(verdict, group[at], after);
    this.#saver.nowAndThen(this.#loaded);
  }

  /**
   * A commit is fenced; nothing is, where there is nothing to commit. Refused by a node that does not
   * know what another one has written, a timer or a result would be lost for ever.
   */
  async #confirm(seq: number): Promise<void> {
    if (await this.#ports.log.isLast(this.#address, seq)) return;
    const message = `Cannot refuse a command: the log goes on after ${seq}`;
    throw new WrongLastSequence(message, { found: undefined });
  }

  #remember(group: readonly Waiting[], verdicts: readonly Verdict[]): void {
    for (const [at, verdict] of verdicts.entries()) {
      const command = group[at]?.command;
      if (verdict.is === "accepted" && command !== undefined) {
        this.#loaded?.window.add(commandKey(command), verdict.outcome);
      }
    }
  }

  async #load(): Promise<Loaded | undefined> {
    const { loaded, actions, saved } = await load(this.#ports, this.#address);
    if (loaded !== undefined) await this.#gather(loaded);
    this.#loaded = loaded;
    this.#seen = loaded?.seq ?? 0;
    this.#saver.begin(saved);
    if (loaded !== undefined) this.#perform({ ...loaded, actions, resumed: true });
    return loaded;
  }

  /** What waits may have been taken by another node since the log was seen last, and be forgotten. */
  async #gather(loaded: Loaded): Promise<void> {
    const { kind: { remember }, now } = this.#ports;
    const seen = this.#loaded?.seq ?? this.#seen, waitsSince = this.#workingSince;
    const from = whereToSearch(loaded, { remember, seen, waitsSince, now: now() });
    if (from === undefined) return;
    this.#recollection ??= new Recollection(this.#ports, this.#address);
    await this.#recollection.gather(loaded, from);
  }

  /**
   * The first command makes the actor: its log begins with the start. What an effect, a timer or
   * XState says to nobody makes nobody.
   */
  async #start(group: readonly Waiting[]): Promise<Loaded | undefined> {
    const { kind, scope, log, now, duties } = this.#ports;
    const commands = group.map(({ command }) => command);
    const started = commands.find(({ cause }) => cause.from === "start");
    if (started === undefined && !commands.some(makesActor)) return undefined;
    const cause = started?.cause ?? { from: "start" as const };
    const events = [{ id: "start", event: START, cause, at: now() }];
    const context = { kind, scope };
    const { version } = kind;
    const collect = (seq: number) => {
      const actions: Action[] = [];
      const loaded = fold(context, undefined, { seq, version, events }, (step) => {
        actions.push(...step.actions);
      });
      return { loaded, actions };
    };
    // Folded first: a machine that cannot start must not have a log.
    await duties.prepare(collect(0).actions);
    const seq = await log.append(this.#address, { events, version, after: 0 });
    const { loaded, actions } = collect(seq);
    this.#loaded = loaded;
    this.#perform({ ...loaded, actions, resumed: false });
    this.#tell({ state: loaded.state, seq, index: 0, changed: true });
    return loaded;
  }

  #tell(committed: Committed): void {
    this.#ports.onCommitted?.(this.#address, committed);
  }

  #perform(asked: Asked): void {
    this.#saver.asked(asked.actions);
    const performed = this.#ports.duties.perform(asked);
    if (performed === undefined) return;
    const undone = performed
      // It stays in the tail of the log, behind the last snapshot, for whoever activates it next.
      .catch(() => void (this.#gaveUp = true))
      .finally(() => this.#undone.delete(undone));
    this.#undone.add(undone);
  }
}

function refuseFor({ event }: Command, reason: string): Promise<never> {
  const message = `Cannot take ${event.type}: ${reason}, try again later`;
  return Promise.reject(new CommandError("RATE_LIMITED", message));
}

function refuseAll(group: readonly Waiting[]): void {
  for (const { reject } of group) reject(new CommandError("STALE", "There is no such actor"));
}
