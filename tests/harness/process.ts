/** Whether a process runs; one that has ended but was not waited for does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/stat`);
    return !/\) [ZX] /.test(status);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Ends a process without warning, if it still runs. */
export function killNow(child: Pick<Deno.ChildProcess, "kill">): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // A TypeError says that it has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Process ids of all that carry `mark` in their command line. */
export async function processesWith(mark: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    // It may end while it is looked at.
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(mark)) found.push(Number(name));
  }
  return found;
}
