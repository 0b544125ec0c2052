/**
 * Replays a log event by event, and says what each did. No effects, no clock, no I/O.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
import { fold, type FoldContext } from "../fold.ts";
import type { Loaded } from "../persist.ts";
import type { LoggedEvent, LogRecord } from "../record.ts";
import type { Step } from "../step.ts";
import { type Change, changesBetween } from "./changes.ts";
import type { Place } from "./place.ts";
import { type StateView, stateView } from "./state_view.ts";

/** One event of a log, and what it did. */
export interface ReplayStep {
  readonly at: Place;
  /** Version of the machine that accepted it. */
  readonly version: number;
  readonly logged: LoggedEvent;
  /** `undefined` before the first event. */
  readonly before: StateView | undefined;
  readonly after: StateView;
  /** What changed in the context. */
  readonly changes: readonly Change[];
  /** What it emitted. */
  readonly emitted: readonly AnyEventObject[];
  /** What it asked for, such as `startEffect`; nothing of it is done here. */
  readonly actions: readonly Step["actions"][number]["do"][];
}

/** Takes a log, message by message. */
export interface Replayer {
  /**
   * Folds one message.
   *
   * @throws {Error} as folding does: a newer version wrote it, or the machine fails on it.
   */
  take(record: LogRecord): ReplayStep[];
  /** What has been folded so far. */
  readonly loaded: Loaded | undefined;
  /** The state so far. */
  readonly view: StateView | undefined;
}

/** Creates a replayer at the beginning of a log, or after what is loaded already. */
export function createReplayer(context: FoldContext, from?: Loaded): Replayer {
  const { kind } = context;
  let loaded = from;
  let view = from && stateView(kind, from.state);
  return {
    take(record) {
      const steps: ReplayStep[] = [];
      loaded = fold(context, loaded, record, ({ state, actions }) => {
        const index = steps.length;
        const logged = record.events[index];
        if (logged === undefined) {
          throw new RangeError(`Message ${record.seq} has no event ${index}`);
        }
        const before = view;
        const after = stateView(kind, state);
        view = after;
        steps.push({
          at: { seq: record.seq, index },
          version: record.version,
          logged,
          before,
          after,
          changes: changesBetween(before?.context, after.context),
          emitted: actions.flatMap((action) => action.do === "emit" ? [action.event] : []),
          actions: actions.map((action) => action.do),
        });
      });
      return steps;
    },
    get loaded() {
      return loaded;
    },
    get view() {
      return view;
    },
  };
}
