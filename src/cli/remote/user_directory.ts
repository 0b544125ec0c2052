import { isAbsolute, join } from "node:path";

/** Not "hub": other programs have a file of that name there. */
const NAME = "alkdev-hub";

/**
 * Where this user's profiles and spokes' keys are kept: below `XDG_CONFIG_HOME`, or `~/.config`.
 * `undefined` where there is no home.
 */
export function userDirectory(env: Readonly<Record<string, string | undefined>>) {
  const { XDG_CONFIG_HOME: config = "", HOME: home = "" } = env;
  // As the XDG specification says, a relative one counts as none.
  if (isAbsolute(config)) return join(config, NAME);
  return isAbsolute(home) ? join(home, ".config", NAME) : undefined;
}

/** That directory. @throws {Error} where there is no home. */
export function ownDirectory(): string {
  const directory = userDirectory(Deno.env.toObject());
  if (directory !== undefined) return directory;
  throw new Error("Cannot keep a key: there is no home (HOME or XDG_CONFIG_HOME)");
}
