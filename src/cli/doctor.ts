import { Command } from "commander";
import { RELEASED_AT } from "../version.ts";
import type { LoadedConfig } from "../config/mod.ts";
import { type Finding, runChecks } from "../doctor/check.ts";
import { machineChecks } from "../doctor/check_machine.ts";
import { durabilityCheck } from "../doctor/check_durability.ts";
import { natsCheck } from "../doctor/check_nats.ts";
import { clockCheck, postgresCheck } from "../doctor/check_postgres.ts";
import { addConfigOptions, configOf } from "./config_options.ts";
import { CommandFailed } from "./command_failed.ts";
import { print, style } from "./output.ts";

/** `hub doctor`: looks at everything a hub needs and says what to do. */
export function doctorCommand(): Command {
  const command = new Command("doctor")
    .description("check NATS, Postgres, versions, ports, disk and clock, and say what to do")
    .option("--json", "as one JSON array")
    .action(async (options: Record<string, unknown>) => {
      await examine(await configOf(options), { json: options.json === true });
    });
  return addConfigOptions(command);
}

async function examine(loaded: LoadedConfig, { json }: { json: boolean }): Promise<void> {
  const { config } = loaded;
  const checks = [
    ...machineChecks(config),
    natsCheck(loaded),
    durabilityCheck(loaded),
    postgresCheck(config),
    clockCheck(config, RELEASED_AT),
  ];
  const findings = await runChecks(checks, (finding) => json || print(...linesOf(finding)));
  const failing = findings.filter(({ status }) => status === "failing");
  if (json) print(JSON.stringify(findings, null, 2));
  else print("", verdictOf(findings));
  if (failing.length > 0) throw new CommandFailed("the doctor found something");
}

function verdictOf(findings: readonly Finding[]): string {
  if (findings.some(({ status }) => status === "failing")) return "A hub cannot start here yet.";
  const warnings = findings.filter(({ status }) => status === "warning").length;
  return warnings === 0 ? "A hub can start here." : "A hub can start here; look at what has a !.";
}

const MARKS = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  failing: ["✗", "red"],
} as const;

function linesOf({ name, status, found, advice }: Finding): string[] {
  const [mark, colour] = MARKS[status];
  const line = `${style(mark, colour)} ${name.padEnd(15)} ${found}`;
  return advice === undefined ? [line] : [line, `${" ".repeat(18)}${advice}`];
}
