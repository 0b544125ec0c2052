/**
 * `deno task chaos`: faults for as long as one has patience for.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { testVariables } from "../harness/environment.ts";
import { testDatabase } from "../harness/database.ts";
import { testRealm } from "../harness/realm.ts";
import { startTestServers } from "../harness/servers.ts";
import type { ChaosDurability } from "./cluster.ts";
import { type ChaosReport, runChaos } from "./run_chaos.ts";

const command = new Command("deno task chaos")
  .description(
    "Kill, stop and cut off hubs and nats-servers while clients work, for as long as you like, and\n" +
      "check every reply against the logs. Ends with 1 if anything is wrong.",
  )
  .option("--minutes <number>", "how long faults go on", positive, 1)
  .option("--seed <number>", "which faults, and which commands; without it: drawn", whole)
  .option("--clients <number>", "clients that work at the same time", whole, 10)
  .option("--actors <number>", "actors that they share", whole, 24)
  .addOption(
    new Option(
      "--durability <level>",
      "whether the servers wait for their disks before they answer",
    )
      .choices(["replicated", "synced"]).default("replicated"),
  )
  .addHelpText("after", "\nExample:\n  deno task chaos --minutes 30 --seed 7");

interface Options {
  readonly minutes: number;
  readonly seed?: number;
  readonly clients: number;
  readonly actors: number;
  readonly durability: ChaosDurability;
}

const { minutes, clients, actors, durability, seed = Math.floor(Math.random() * 1e6) } = command
  .parse(["deno", "chaos", ...Deno.args]).opts<Options>();
Deno.exitCode = await main();

async function main(): Promise<number> {
  print(
    `seed ${seed}, ${minutes} minutes of faults, ${clients} clients, ${actors} actors, ${durability}`,
  );
  const begunAt = performance.now();
  const time = () => `${((performance.now() - begunAt) / 1000).toFixed(1).padStart(7)} s  `;
  await using servers = await startTestServers();
  for (const [name, value] of Object.entries(testVariables(servers))) Deno.env.set(name, value);
  await using database = await testDatabase();
  const logs = await Deno.makeTempDir({ prefix: "chaos-" });
  const report = await runChaos({
    ...{ logs, seed, clients, actors, durability, realm: testRealm(), databaseUrl: database.url },
    program: servers.natsServer,
    faultsMs: minutes * 60_000,
    onStep: (what) => print(time() + what),
    onProgress: (answered) => print(`${time()}${answered} answers`),
  });
  print("", ...summary(report));
  if (report.findings.length > 0) {
    print(`What the hubs said is in ${logs}.`);
    return 1;
  }
  await Deno.remove(logs, { recursive: true });
  return 0;
}

function summary({ findings, faults, ...counts }: ChaosReport): string[] {
  const { answered, refused, unknown, looks, events, longestMs } = counts;
  return [
    `${faults.length} faults, ${answered} commands answered, ${refused} refused, ${unknown} given up,`,
    `${looks} looks, ${events} events in the logs, the slowest answer after ${
      (longestMs / 1000).toFixed(1)
    } s`,
    ...findings.map((finding) => `✗ ${finding}`),
    findings.length === 0
      ? "Nothing acknowledged is missing, and nothing happened twice."
      : `Something is wrong. Again: deno task chaos --minutes ${minutes} --seed ${seed} ` +
        `--durability ${durability}`,
  ];
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a number above 0");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("expected a whole number");
}

function print(...lines: string[]): void {
  for (const line of lines) Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
