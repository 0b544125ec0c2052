/** Signals that ask a run to end, with the exit code by which a shell knows each. */
const EXIT_CODES = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;
/** One Ctrl-C arrives several times: from the terminal, and from every task runner in between. */
const SAME_WISH_MS = 1_000;

/** Whether this process was asked to end; disposing stops listening. */
export interface StopSignals extends Disposable {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** What to exit with, once one has come. */
  readonly exitCode: number | undefined;
  /** Tells of the first signal, and of SIGKILL when another one shows that patience is lost. */
  onStop(listener: (signal: Deno.Signal) => void): void;
}

/** Listens for the signals with which terminals, supervisors and `timeout` end a process. */
export function listenForStop(): StopSignals {
  const stopping = new AbortController();
  const listeners: ((signal: Deno.Signal) => void)[] = [];
  let exitCode: number | undefined, first: Deno.Signal | undefined, askedAt = 0;
  const handlers = EXIT_CODES.map(([name, code]) => {
    const handler = () => {
      if (first !== undefined) {
        const isSameWish = performance.now() - askedAt < SAME_WISH_MS;
        return isSameWish ? undefined : listeners.forEach((tell) => tell("SIGKILL"));
      }
      first = name;
      askedAt = performance.now();
      exitCode = code;
      stopping.abort(new Error(`stopped by ${name}`));
      for (const tell of listeners) tell(name);
    };
    return { name, handler };
  });
  for (const { name, handler } of handlers) Deno.addSignalListener(name, handler);
  return {
    signal: stopping.signal,
    get exitCode() {
      return exitCode;
    },
    onStop(listener) {
      listeners.push(listener);
      if (first !== undefined) listener(first);
    },
    [Symbol.dispose]() {
      for (const { name, handler } of handlers) Deno.removeSignalListener(name, handler);
    },
  };
}
