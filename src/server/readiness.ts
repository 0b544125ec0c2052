/**
 * Whether this node can serve.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";

const log = getLogger("server");

/** Asks one dependency; rejects when it cannot be used. */
export type Check = (signal: AbortSignal) => Promise<void>;

/** What `/readyz` answers. Reasons are for the log: callers learn the name and the state only. */
export interface Readiness {
  readonly status: "ready" | "not ready" | "draining";
  readonly checks: Readonly<Record<string, "ok" | "failing">>;
  /** What is good to know and keeps nobody from being served. */
  readonly notes?: Readonly<Record<string, string>>;
}

export interface ReadinessOptions {
  readonly checks: Readonly<Record<string, Check>>;
  /** How long a dependency may take to answer. */
  readonly timeoutMs: number;
  /** Told beside the checks, each in a word or not at all. They change nothing of the answer. */
  readonly notes?: Readonly<Record<string, () => string | undefined>>;
}

/** Watches the dependencies of a node. */
export interface ReadinessWatch {
  read(): Promise<Readiness>;
  /** From now on the answer is "draining", so that load balancers look elsewhere. */
  drain(): void;
}

/** Creates a watch that asks all dependencies at once, at most once at a time. */
export function createReadiness(
  { checks, timeoutMs, notes = {} }: ReadinessOptions,
): ReadinessWatch {
  let draining = false;
  let underway: Promise<Readiness["checks"]> | undefined;
  const lastStates = new Map<string, string>();

  async function askAll(): Promise<Readiness["checks"]> {
    const states = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const error = await failureOf(check, timeoutMs);
        const state = error === undefined ? "ok" as const : "failing" as const;
        if (state !== (lastStates.get(name) ?? "ok")) {
          if (error === undefined) log.info("dependency is back", { dependency: name });
          else log.warn("dependency is failing", { dependency: name, error });
        }
        lastStates.set(name, state);
        return [name, state] as const;
      }),
    );
    return Object.fromEntries(states);
  }

  function readNotes(): Pick<Readiness, "notes"> {
    const told = Object.entries(notes).flatMap(([name, read]) => {
      const word = read();
      return word === undefined ? [] : [[name, word]];
    });
    return told.length === 0 ? {} : { notes: Object.fromEntries(told) };
  }

  return {
    async read() {
      // Callers without identity may ask: a flood of them costs one question to each dependency.
      underway ??= askAll().finally(() => underway = undefined);
      const states = await underway;
      const ready = Object.values(states).every((state) => state === "ok");
      const status = draining ? "draining" : ready ? "ready" : "not ready";
      return { status, checks: states, ...readNotes() };
    },
    drain: () => void (draining = true),
  };
}

async function failureOf(check: Check, timeoutMs: number): Promise<string | undefined> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no answer in ${timeoutMs} ms`)),
    timeoutMs,
  );
  const aborted = new Promise<never>((_, reject) => {
    timeout.signal.addEventListener("abort", () => reject(timeout.signal.reason));
  });
  try {
    await Promise.race([check(timeout.signal), aborted]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
