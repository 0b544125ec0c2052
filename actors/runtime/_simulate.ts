/** A log in memory and an actor on it: what the runtime does, without anything around it; for tests. */
import type { AnyEventObject } from "xstate";
import { commandKey } from "./command_window.ts";
import { decide, type Verdict } from "./decide.ts";
import type { ActorKind } from "./definition.ts";
import { fold, type FoldContext } from "./fold.ts";
import { createMachineScope } from "./machine_scope.ts";
import { type Loaded, persist } from "./persist.ts";
import { type Cause, type LoggedEvent, type LogRecord, START } from "./record.ts";
import { keyOf } from "./state.ts";

/** Surroundings to fold a kind in, as a node has them. */
export function foldContext(kind: ActorKind): FoldContext {
  return { kind, scope: createMachineScope(kind.machine) };
}

/** An event as the log holds it. */
export function logged(
  id: string,
  event: AnyEventObject,
  cause: Cause = { from: "caller" },
): LoggedEvent {
  return { id, event, cause, at: 0 };
}

/** An actor with its log. */
export class Simulation {
  readonly log: LogRecord[] = [];
  readonly context: FoldContext;
  loaded: Loaded;

  constructor(kind: ActorKind, input?: unknown) {
    this.context = foldContext(kind);
    const start = {
      seq: 1,
      version: kind.version,
      events: [logged("start", START, { from: "start", input })],
    };
    this.log.push(start);
    this.loaded = fold(this.context, undefined, start);
  }

  /** Decides on a group and appends what was accepted, as the log would acknowledge it. */
  send(...commands: LoggedEvent[]): readonly Verdict[] {
    const { kind, scope } = this.context;
    const { window, state } = this.loaded;
    const commit = { seq: 0 };
    const self = { kind: kind.kind, id: "a" };
    const context = { kind, scope, self, machine: kind.machine, window, commit };
    const { next, accepted, verdicts } = decide(context, state, commands);
    if (accepted.length === 0) return verdicts;
    commit.seq = this.loaded.seq + 3;
    this.log.push({ seq: commit.seq, version: kind.version, events: accepted });
    for (const [at, verdict] of verdicts.entries()) {
      const command = commands[at];
      if (verdict.is !== "accepted" || command === undefined) continue;
      window.add(commandKey(command), verdict.outcome);
    }
    this.loaded = { state: next, seq: commit.seq, window };
    return verdicts;
  }

  /** What an effect or a timer that is under way would say. */
  from(what: "effect" | "timer", id: string): LoggedEvent | undefined {
    const { effects, timers } = this.loaded.state;
    const running = what === "effect" ? effects.get(id) : timers.get(id);
    if (running === undefined) return undefined;
    const key = keyOf(running.since, id);
    const event = "event" in running
      ? running.event
      : { type: `xstate.done.actor.${id}`, output: 1, actorId: id };
    return logged(`${what}:${key}`, event, { from: what, id, key });
  }

  bytes(): string {
    return bytesOf(this.context.kind, this.loaded);
  }
}

/** The persisted form as it would be stored. */
export function bytesOf(kind: ActorKind, loaded: Loaded): string {
  return JSON.stringify(persist(kind, loaded));
}
