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

/**
 * Reads the variables that concern the hub: the known names and every other `HUB_*`.
 *
 * Finding unknown ones needs the permission to list the environment, which the hub's tasks grant;
 * under a grant for single names the known ones are read and unknown ones go unseen.
 */
export function readEnvironment(access: EnvironmentAccess = PROCESS): Record<string, string> {
  if (access.mayList()) {
    return Object.fromEntries(
      Object.entries(access.toObject()).filter(([name]) =>
        name.startsWith("HUB_") || CONFIG_ENV_NAMES.includes(name)
      ),
    );
  }
  return Object.fromEntries(CONFIG_ENV_NAMES.flatMap((name) => {
    const value = access.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
