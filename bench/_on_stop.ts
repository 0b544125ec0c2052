const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Has something done when a signal asks this process to end, instead of ending it. */
export function onStop(act: (signal: Deno.Signal) => void): Disposable {
  const listeners = SIGNALS.map((signal) => [signal, () => act(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
