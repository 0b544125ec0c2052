/**
 * Writes the generated pages of docs/, or checks that they are up to date:
 * `deno task docs [--check]`.
 *
 * @module
 */
import { renderReference } from "../../src/config/reference.ts";
import { REFERENCE_FILE } from "../../src/config/write_reference.ts";
import { COMMANDS_FILE, renderCommands } from "./commands_page.ts";
import { MACHINES_FILE, renderMachines } from "./machines_page.ts";

/** A page and how it is made. */
export interface Page {
  readonly file: URL;
  readonly render: () => string;
}

/** All generated pages. */
export const PAGES: readonly Page[] = [
  { file: REFERENCE_FILE, render: renderReference },
  { file: MACHINES_FILE, render: renderMachines },
  { file: COMMANDS_FILE, render: renderCommands },
];

/** Pages that are not what they would be if they were written now. */
export async function outdated(pages: readonly Page[] = PAGES): Promise<URL[]> {
  const found = await Promise.all(pages.map(async ({ file, render }) => {
    return await textOf(file) === render() ? [] : [file];
  }));
  return found.flat();
}

async function textOf(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function check(): Promise<number> {
  const files = await outdated();
  if (files.length === 0) return 0;
  const names = files.map(({ pathname }) => pathname.split("/").slice(-2).join("/")).join(", ");
  await Deno.stderr.write(
    new TextEncoder().encode(`out of date: ${names}; run \`deno task docs\`\n`),
  );
  return 1;
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) Deno.exit(await check());
  for (const { file, render } of PAGES) await Deno.writeTextFile(file, render());
}
