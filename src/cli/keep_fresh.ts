/**
 * Runs a program and runs it anew whenever a file changes.
 *
 * @module
 */
import { getLogger } from "../logger/mod.ts";

/** Editors write a file in several steps, and many files in a row. */
const SETTLE_MS = 150;
const log = getLogger("dev");

export interface KeepFreshOptions {
  /** Starts the program, which stops when its standard input is closed. */
  readonly spawn: () => Deno.ChildProcess;
  /** Files and folders to watch. */
  readonly paths: readonly string[];
  /** Whether a change of this file matters. */
  readonly matters: (path: string) => boolean;
}

/** Starts the program; disposing of it stops the program and the watching. */
export function keepFresh({ spawn, paths, matters }: KeepFreshOptions): AsyncDisposable {
  const watcher = Deno.watchFs([...paths]);
  let child = spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restarting = Promise.resolve();

  const restart = () => {
    restarting = restarting.then(async () => {
      await stop(child);
      child = spawn();
    });
  };
  const watching = (async () => {
    for await (const { kind, paths } of watcher) {
      const changed = kind === "access" ? undefined : paths.find(matters);
      if (changed === undefined) continue;
      clearTimeout(timer);
      timer = setTimeout(() => {
        log.info("file changed: starting again", { file: changed });
        restart();
      }, SETTLE_MS);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      watcher.close();
      await watching;
      clearTimeout(timer);
      await restarting;
      await stop(child);
    },
  };
}

/** Asks the program to stop and waits; it may have ended by itself. */
async function stop(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close().catch(() => undefined);
  await child.status;
}
