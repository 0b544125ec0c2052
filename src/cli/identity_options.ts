/**
 * What commands on keys and peers have in common.
 *
 * @module
 */
import type { Static, TSchema } from "@sinclair/typebox";
import { InvalidArgumentError } from "commander";
import { prefixOf } from "../auth/token.ts";
import { checkedAnswer } from "./checked_answer.ts";
import { withHub } from "./connect_hub.ts";
import { countUpTo } from "./number_options.ts";

/** Options as they were read. */
export type Options = Readonly<Record<string, unknown>>;

/** Calls an operation of the hub that the options mean. */
export async function callHub<T extends TSchema>(
  options: Options,
  { operation, input, output }: { operation: string; input: object; output: T },
): Promise<Static<T>> {
  return await withHub(
    options,
    async ({ caller }) => checkedAnswer(output, await caller.call(`hub/${operation}`, input)),
  );
}

/** Adds one more to an option that may be given several times, or several with commas. */
export function several(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").map((one) => one.trim()).filter((one) => one !== "")];
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `30d`, `12h`, `45m` from now on, or a moment. */
export function momentOption(text: string): string {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = count === undefined
    ? Date.parse(text)
    : Date.now() + Number(count) * (UNITS[unit] ?? 0);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError("Expected 30d, 12h, 45m, or a moment such as 2030-01-31.");
}

/** Reads a number of minutes: `90m`, `12h`, `7d`, or 0. */
export function minutesOption(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (text === "0") return 0;
  if (count !== undefined) return Number(count) * (UNITS[unit] ?? 0) / 60_000;
  throw new InvalidArgumentError("Expected a time such as 90m, 12h, 7d, or 0.");
}

/** Reads `50` requests a second, or `50/200` with a burst. */
export function limitOption(text: string): { perSecond: number; burst: number } {
  const [, perSecond, burst] = /^(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (perSecond !== undefined) {
    return { perSecond: Number(perSecond), burst: Number(burst ?? 2 * Number(perSecond)) };
  }
  throw new InvalidArgumentError("Expected requests a second, such as 50, or 50/200 with a burst.");
}

/** Reads how many rows a page may have. */
export const pageOption = countUpTo(1000);

/** The public part of a key: who pastes a whole one does not send its secret anywhere. */
export function prefixArgument(text: string): string {
  return prefixOf(text);
}

/** Those of the options that were given. */
export function given(options: Options, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => options[name] === undefined ? [] : [[name, options[name]]]),
  );
}
