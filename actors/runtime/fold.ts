/**
 * Folds a log.
 *
 * @module
 */
import { commandKey, createCommandWindow } from "./command_window.ts";
import type { ActorKind } from "./definition.ts";
import type { MachineScope } from "./machine_scope.ts";
import type { Loaded } from "./persist.ts";
import type { LogRecord } from "./record.ts";
import { emittedIn, keptOf } from "./reply.ts";
import { isChanged, type Step, step } from "./step.ts";

export interface FoldContext {
  readonly kind: ActorKind;
  readonly scope: MachineScope;
}

/**
 * Folds one message of the log into an actor; the first one makes it.
 *
 * @throws {Error} when the message was written by a newer version of the machine, or when the
 * machine fails on an event that it once accepted.
 */
export function fold(
  { kind, scope }: FoldContext,
  loaded: Loaded | undefined,
  record: LogRecord,
  onStep?: (step: Step) => void,
): Loaded {
  if (record.version > kind.version) throw new Error(newerVersion(kind, record));
  const window = loaded?.window ?? createCommandWindow(kind.remember);
  const commit = { seq: record.seq };
  let state = loaded?.state;
  for (const [index, logged] of record.events.entries()) {
    const event = kind.upcast(logged.event, record.version);
    const position = { commit, index };
    const taken = step({ machine: kind.machine, scope }, state, {
      logged: event === logged.event ? logged : { ...logged, event },
      position,
    });
    const { value } = taken.state.snapshot;
    const changed = state === undefined || isChanged(state.snapshot, taken.state.snapshot);
    const emitted = keptOf(emittedIn(taken.actions));
    window.add(commandKey(logged), {
      ...{ position, value, changed },
      ...(emitted === undefined ? {} : { emitted }),
    });
    state = taken.state;
    onStep?.(taken);
  }
  if (state === undefined) throw new Error(`The log's message ${record.seq} holds no event`);
  return { state, seq: record.seq, window };
}

function newerVersion({ kind, version }: ActorKind, record: LogRecord): string {
  return `Cannot fold message ${record.seq}: version ${record.version} of ${kind} wrote it, ` +
    `this node has version ${version}. Finish the rolling deploy, or start the newer version.`;
}
