/**
 * Reads the process's environment with as few permissions as it takes.
 *
 * @module
 */
import { CONFIG_ENV_NAMES } from "./environment.ts";

/** The part of `Deno` that is used. */
export interface EnvironmentAccess {
  get(name: string): string | undefined;
  toObject(): Record<string, string>;
  /** Whether all variables may be listed; names alone are readable otherwise. */
  mayList(): boolean;
}

const PROCESS: EnvironmentAccess = {
  get: (name) => Deno.env.get(name),
  toObject: () => Deno.env.toObject(),
  // Asked first: listing without the permission would prompt on a terminal.
  mayList: () => Deno.permissions.querySync({ name: "env" }).state === "granted",
};

/** Slips of the pen: letters left out, doubled, repeated or swapped, missing underscores or sections. */
function* slips(name: string): Iterable<string> {
  const start = "HUB_".length;
  for (let i = start; i < name.length; i++) {
    yield name.slice(0, i) + name.slice(i + 1);
    yield name.slice(0, i) + name.charAt(i) + name.slice(i);
    yield name.slice(0, i) + name.charAt(i - 1) + name.slice(i + 1);
    yield name.slice(0, i) + name.charAt(i + 1) + name.slice(i + 1);
    yield name.slice(0, i) + name.charAt(i + 1) + name.charAt(i) + name.slice(i + 2);
  }
  const parts = name.slice(start).split("_");
  yield `HUB_${parts.join("")}`;
  yield `${name}S`;
  for (let i = 1; i < parts.length; i++) yield `HUB_${parts.slice(i).join("_")}`;
}

/** Likely misspellings, looked up one by one where variables cannot be listed. */
function guesses(): Set<string> {
  return new Set(
    CONFIG_ENV_NAMES.filter((name) => name.startsWith("HUB_")).flatMap((name) => [
      ...slips(name),
    ]),
  );
}

/**
 * Reads the variables that concern the hub: the known names and every other `HUB_*`.
 *
 * Finding unknown ones needs the permission to list the environment. With a grant for
 * `HUB_*` alone they cannot be listed; then the names that a slip of the pen makes of
 * known ones are looked up, which finds the usual mistakes and not all.
 */
export function readEnvironment(access: EnvironmentAccess = PROCESS): Record<string, string> {
  if (access.mayList()) {
    return Object.fromEntries(
      Object.entries(access.toObject()).filter(([name]) =>
        name.startsWith("HUB_") || CONFIG_ENV_NAMES.includes(name)
      ),
    );
  }
  const names = new Set([...CONFIG_ENV_NAMES, ...guesses()]);
  return Object.fromEntries([...names].flatMap((name) => {
    const value = access.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
