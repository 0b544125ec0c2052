/**
 * Carries out commands: makes and cancels calls, sets timers.
 *
 * @module
 */
import type { Run } from "../core/run.ts";
import type { WorkflowCommand, WorkflowEvent } from "../core/state.ts";
import { Calls, type Collect, type Invoke } from "./calls.ts";
import { type Clock, Timers } from "./clock.ts";

const DEFAULT_COLLECTED = 10_000;

/** How the answer of a node is gathered, if it is. */
function collectOf(run: Run, nodeId: string): Collect | undefined {
  const { collect, maxItems } = run.nodes.get(nodeId)?.template.block.props ?? {};
  if (collect !== true) return undefined;
  return { maxItems: typeof maxItems === "number" ? maxItems : DEFAULT_COLLECTED };
}

/** The hands of one workflow. */
export class Performer {
  readonly #calls: Calls;
  readonly #timers: Timers;

  constructor(
    { invoke, clock, report }: {
      invoke: Invoke;
      clock: Clock;
      report: (event: WorkflowEvent) => void;
    },
  ) {
    const now = () => clock.now();
    this.#calls = new Calls({ invoke, now, report });
    this.#timers = new Timers(clock, (key) => report({ type: "timer.fired", key, at: now() }));
  }

  /** Carries out one command of a run. */
  perform(command: WorkflowCommand, run: Run): void {
    switch (command.type) {
      case "invoke":
        void this.#calls.start(command, collectOf(run, command.nodeId));
        break;
      case "cancel":
        this.#calls.cancel(command.requestId, command.reason);
        break;
      case "schedule":
        this.#timers.schedule(command.key, command.at);
        break;
      case "unschedule":
        this.#timers.unschedule(command.key);
        break;
      case "settled":
        this.#timers.clear();
    }
  }

  /** Stops all timers and listens to no call any more. */
  clear(): void {
    this.#timers.clear();
    this.#calls.clear();
  }
}
