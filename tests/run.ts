/**
 * Runs the tests: starts one nats-server and one Postgres for all of them, runs `deno test` with
 * its own arguments passed on, and ends with one line that says how many passed and failed.
 *
 *     deno task test [--coverage] [FILE | FOLDER | deno test option]...
 *
 * @module
 */
import { listenForStop, type StopSignals } from "./_stop_signals.ts";
import { parseTestTotals } from "./_totals.ts";
import { testVariables } from "./harness/environment.ts";
import { startTestServers } from "./harness/servers.ts";

const DEFAULT_ARGS = ["--doc", "--parallel", "--sanitize-ops", "--sanitize-resources"];
const COVERAGE_DIR = ".hub/coverage";
/** One file more than there are processors: most tests wait for a server now and then. */
const FILES_AT_ONCE = navigator.hardwareConcurrency + 1;

const code = await main(Deno.args);
Deno.exit(code);

async function main(args: readonly string[]): Promise<number> {
  using stop = listenForStop();
  try {
    return await runAll(args, stop);
  } catch (error) {
    if (stop.exitCode === undefined) throw error;
    return stop.exitCode;
  }
}

async function runAll(args: readonly string[], stop: StopSignals): Promise<number> {
  const startedAt = performance.now();
  const withCoverage = args.includes("--coverage");
  const passedOn = args.filter((arg) => arg !== "--coverage");
  if (withCoverage) {
    passedOn.push(`--coverage=${COVERAGE_DIR}`, "--coverage-raw-data-only", "--clean");
    passedOn.push(`--preload=${import.meta.dirname}/_own_coverage.ts`);
  }
  await using servers = await startTestServers(stop);
  print(`servers ready after ${Math.round(performance.now() - startedAt)} ms`);
  const { success, printed } = await runTests(passedOn, { env: testVariables(servers), stop });
  if (stop.exitCode !== undefined) return stop.exitCode;
  if (withCoverage) await printCoverage();
  const { passed, failed } = parseTestTotals(printed);
  // A run that broke outside of a test (a type error, a leak of the process) is a failure, too.
  const allFailed = success ? failed : Math.max(failed, 1);
  print(`${passed} passed, ${allFailed} failed`);
  return success && passed > 0 ? 0 : 1;
}

interface RunOptions {
  readonly env: Record<string, string>;
  readonly stop: StopSignals;
}

/** Runs `deno test`; a signal ends it together with every process that a test has started. */
async function runTests(args: readonly string[], { env, stop }: RunOptions) {
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...DEFAULT_ARGS, ...args],
    env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(FILES_AT_ONCE), ...env },
    stdout: "piped",
    stderr: "inherit",
    // A process group of its own: what a test has started is in it.
    detached: true,
  }).spawn();
  stop.onStop((signal) => signalGroup(tests.pid, signal));
  let printed = "";
  for await (const text of tests.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    printed = (printed + text).slice(-4096);
  }
  const { success } = await tests.status;
  return { success, printed };
}

function signalGroup(leader: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-leader, signal);
  } catch (error) {
    // All of it has ended already.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The totals alone: the table of all files is for those who ask for it. */
async function printCoverage(): Promise<void> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["coverage", COVERAGE_DIR, "--exclude=_test\\.ts$|/tests/|/tools/|\\.md|#"],
    env: { NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes("|"));
  print("");
  for (const line of [...lines.slice(0, 2), ...lines.filter((l) => l.includes("All files"))]) {
    print(line);
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
