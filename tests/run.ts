/**
 * Runs the tests: starts one nats-server and one Postgres for all of them, runs `deno test` with
 * its own arguments passed on, and ends with one line that says how many passed and failed.
 *
 *     deno task test [--coverage] [FILE | FOLDER | deno test option]...
 *
 * @module
 */
import { parseTestTotals } from "./_totals.ts";
import { testVariables } from "./harness/environment.ts";
import { startTestServers } from "./harness/servers.ts";

const DEFAULT_ARGS = ["--doc", "--parallel", "--sanitize-ops", "--sanitize-resources"];
const COVERAGE_DIR = ".hub/coverage";

const code = await main(Deno.args);
Deno.exit(code);

async function main(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const withCoverage = args.includes("--coverage");
  const passedOn = args.filter((arg) => arg !== "--coverage");
  if (withCoverage) {
    passedOn.push(`--coverage=${COVERAGE_DIR}`, "--coverage-raw-data-only", "--clean");
  }
  await using servers = await startTestServers();
  print(`servers ready after ${Math.round(performance.now() - startedAt)} ms`);
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...DEFAULT_ARGS, ...passedOn],
    env: testVariables(servers),
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const forward = () => tests.kill("SIGINT");
  Deno.addSignalListener("SIGINT", forward);
  let printed = "";
  for await (const text of tests.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    printed = (printed + text).slice(-4096);
  }
  const { success } = await tests.status;
  Deno.removeSignalListener("SIGINT", forward);
  if (withCoverage) await printCoverage();
  const { passed, failed } = parseTestTotals(printed);
  // A run that broke outside of a test (a type error, a leak of the process) is a failure, too.
  const allFailed = success ? failed : Math.max(failed, 1);
  print(`${passed} passed, ${allFailed} failed`);
  return success && passed > 0 ? 0 : 1;
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
