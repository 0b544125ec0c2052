/**
 * What processes have cost a processor: unlike time on a clock, it tells little of what else the
 * machine does meanwhile. Where there is no `/proc` it is not known.
 *
 * @module
 */

/** As the kernel counts, on every machine that Deno runs on. */
const TICK_MS = 10;

/** What these processes and all below them have used until now, in milliseconds. */
export async function processorTime(roots: readonly number[]): Promise<number> {
  const all = await processes();
  const counted = new Set(roots);
  // A child may come before its parent: as often as something is found, it is looked again.
  for (let before = 0; before < counted.size;) {
    before = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  return all.reduce((sum, { pid, usedMs }) => counted.has(pid) ? sum + usedMs : sum, 0);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly usedMs: number;
}

async function processes(): Promise<Process[]> {
  const found: Process[] = [];
  for (const pid of await pids()) {
    // It may end while it is looked at.
    const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
    // The name, in brackets, may hold anything; after it: state, parent … user, system.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [, parent = ""] = fields, [user = "", system = ""] = fields.slice(11, 13);
    if (text !== "") {
      const usedMs = (Number(user) + Number(system)) * TICK_MS;
      found.push({ pid, parent: Number(parent), usedMs });
    }
  }
  return found;
}

async function pids(): Promise<number[]> {
  const found: number[] = [];
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (/^\d+$/.test(name)) found.push(Number(name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
