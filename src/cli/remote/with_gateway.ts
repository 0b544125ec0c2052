/**
 * What commands that speak to a hub over HTTP have in common.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import type { Static, TSchema } from "@sinclair/typebox";
import type { Command } from "commander";
import { resolve } from "node:path";
import { readEnvironment } from "../../config/mod.ts";
import { runningHub } from "../../embedded/data_directory.ts";
import { jsonLine } from "../actor_text.ts";
import { checkedAnswer } from "../checked_answer.ts";
import { CommandFailed } from "../command_failed.ts";
import { addConfigOptions, loadedConfigOf } from "../config_options.ts";
import { printError, style } from "../output.ts";
import { untilInterrupted } from "../until_interrupted.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { problemOf } from "./problem.ts";
import { NO_PROFILES, readProfiles } from "./profiles.ts";
import { chooseTarget, type Target } from "./target.ts";
import { userDirectory } from "./user_directory.ts";

/** Options as they were read. */
export type Options = Readonly<Record<string, unknown>>;

/** Adds the options that say which hub is meant. */
export function addGatewayOptions(command: Command): Command {
  command
    .option("--url <url>", "address of the hub, such as https://hub.example (HUB_URL)")
    .option("--profile <name>", 'a hub that was logged in to with "hub login"')
    .option("--allow-http", "send keys and tokens without encryption, in a network of one's own");
  return addConfigOptions(command, (path) => path === "dataDir");
}

/** The hub that the options mean. */
export async function targetOf(options: Options): Promise<Target> {
  const directory = userDirectory(Deno.env.toObject());
  return await chooseTarget({
    url: textOf(options.url),
    profile: textOf(options.profile),
    allowHttp: options.allowHttp === true,
    env: readEnvironment(),
    profiles: directory === undefined ? NO_PROFILES : await readProfiles(directory),
    running: () => runningUrl(options),
  });
}

/** What is being done with a hub. */
export interface GatewayUse {
  readonly gateway: Gateway;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** How a command differs from the others. */
export interface GatewayUseOptions {
  /** Whether what is sent may be sent again without a second effect. */
  readonly isRepeatable?: boolean;
  /** More to say about a failure. */
  readonly advise?: (error: CallError, gateway: Gateway) => Promise<readonly string[]>;
}

/**
 * Runs `act` with the hub that the options mean, and tells a failure in words for people, or with
 * `--json` as the hub told it.
 *
 * @throws {CommandFailed} with the exit code that fits.
 */
export async function withGateway<T>(
  options: Options,
  act: (use: GatewayUse) => Promise<T>,
  more: GatewayUseOptions = {},
): Promise<T> {
  return await withTarget({ target: await targetOf(options), options, ...more }, act);
}

interface TargetUseOptions extends GatewayUseOptions {
  readonly target: Target;
  readonly options: Options;
}

/** The same, with a hub that is known. */
export async function withTarget<T>(
  { target, options, ...more }: TargetUseOptions,
  act: (use: GatewayUse) => Promise<T>,
): Promise<T> {
  const gateway = createGateway(target);
  try {
    return await untilInterrupted((signal) => act({ gateway, signal }));
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { lines, exitCode } = problemOf(error, { target, ...more });
    if (options.json === true) printError(jsonOf(error));
    else {
      const [first, ...rest] = [...lines, ...await more.advise?.(error, gateway) ?? []];
      printError(`${style("error", "red")}: ${first}`, ...rest);
    }
    throw new CommandFailed(error.message, exitCode);
  }
}

/** Calls an operation of the hub that the options mean. */
export async function callGateway<T extends TSchema>(
  options: Options,
  { operation, input, output }: { operation: string; input: object; output: T },
): Promise<Static<T>> {
  return await withGateway(
    options,
    async ({ gateway, signal }) =>
      checkedAnswer(output, await gateway.call(operation, input, { signal })),
  );
}

function jsonOf({ code, message, retryable, details }: CallError): string {
  return jsonLine({
    code,
    message,
    retryable,
    ...(details === undefined ? {} : { details }),
  });
}

/** Where the hub answers that runs with the data directory that the options, or the configuration, name. */
export async function runningUrl(options: Options): Promise<string | undefined> {
  const { config: { dataDir } } = await loadedConfigOf(options);
  try {
    return (await runningHub(resolve(dataDir)))?.url;
  } catch (error) {
    // The data of another user: what runs there is none of ours.
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
