/**
 * Writes docs/configuration.md, or checks that it is up to date:
 * `deno run -R -W src/config/write_reference.ts [--check]`.
 *
 * @module
 */
import { renderReference } from "./reference.ts";

/** The file that is generated. */
export const REFERENCE_FILE: URL = new URL("../../docs/configuration.md", import.meta.url);

/** Whether the file is what the schema makes it. */
export async function isReferenceCurrent(file: URL = REFERENCE_FILE): Promise<boolean> {
  try {
    return await Deno.readTextFile(file) === renderReference();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function check(): Promise<number> {
  if (await isReferenceCurrent()) return 0;
  const message = "docs/configuration.md is out of date: " +
    "run `deno run -R -W src/config/write_reference.ts`\n";
  await Deno.stderr.write(new TextEncoder().encode(message));
  return 1;
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) Deno.exit(await check());
  await Deno.writeTextFile(REFERENCE_FILE, renderReference());
}
