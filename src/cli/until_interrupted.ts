import { CommandFailed } from "./command_failed.ts";
import { EXIT } from "./exit_codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs something that Ctrl-C gives up: its signal is aborted, and what comes of it is waited for. A
 * second Ctrl-C ends the process.
 *
 * @throws {CommandFailed} when it was given up.
 */
export async function untilInterrupted<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const onSignal = () => {
    stopListening();
    interrupted.abort(new CommandFailed("interrupted", EXIT.interrupted));
  };
  const stopListening = () => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  try {
    return await act(interrupted.signal);
  } catch (error) {
    interrupted.signal.throwIfAborted();
    throw error;
  } finally {
    if (!interrupted.signal.aborted) stopListening();
  }
}
