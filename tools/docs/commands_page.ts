/**
 * Writes docs/commands.md from the commands.
 *
 * @module
 */
import { createProgram } from "../../src/cli/create_program.ts";
import { listFlags } from "../../src/config/mod.ts";
import { renderTable } from "./render_table.ts";

type Command = ReturnType<typeof createProgram>;
type Argument = Command["registeredArguments"][number];
type Option = Command["options"][number];

/** The file that is generated. */
export const COMMANDS_FILE: URL = new URL("../../docs/commands.md", import.meta.url);

const INTRO = `# Commands

<!-- Generated from src/cli by tools/docs/write_pages.ts. -->

Every command with all that it takes, as \`hub COMMAND --help\` tells it. [cli.md](cli.md) shows how
they are used. \`hub\` stands for \`deno task hub\`. Flags of settings are described in
[configuration.md](configuration.md).
`;

/** The page. */
export function renderCommands(): string {
  const program = createProgram();
  return [INTRO, ...program.commands.flatMap((command) => sections(command, ["hub"]))].join("\n");
}

/** A command and all below it that does something. */
function sections(command: Command, before: readonly string[]): string[] {
  const words = [...before, command.name()];
  if (command.commands.length > 0) {
    return command.commands.flatMap((below) => sections(below, words));
  }
  const settings = new Set(listFlags().map(({ flag }) => flag));
  const own = command.options.filter(({ hidden, flags }) => !hidden && !settings.has(flags));
  const flags = command.options.filter((option) => settings.has(option.flags));
  return [
    `## ${words.join(" ")}\n`,
    `${sentence(command.description())}\n`,
    `\`\`\`text\n${[...before, command.name(), command.usage()].join(" ")}${
      afterHelp(command)
    }\n\`\`\`\n`,
    ...table("Argument", command.registeredArguments.map(argumentRow)),
    ...table("Option", own.map(optionRow)),
    ...(flags.length === 0 ? [] : [`${settingsText(flags)}\n`]),
  ];
}

function table(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [renderTable([title, "What it is"], rows)];
}

function argumentRow(argument: Argument): string[] {
  const { description, required, variadic, argChoices = [] } = argument;
  const name = `\`${argument.name()}${variadic ? "..." : ""}\``;
  const text = description === "" ? argChoices.join(", ") : description;
  return [name, [text, ...required ? [] : ["(may be left out)"]].join(" ").trim()];
}

function optionRow({ flags, description, defaultValue, argChoices }: Option): string[] {
  const choices = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
  const fallback = defaultValue === undefined ? "" : ` (default: ${JSON.stringify(defaultValue)})`;
  return [`\`${flags}\``, `${description}${choices}${fallback}`];
}

/** Many commands take all of them. */
function settingsText(flags: readonly Option[]): string {
  if (flags.length > 6) return "It takes the flag of every setting.";
  return `Settings: ${flags.map(({ long }) => `\`${long}\``).join(", ")}.`;
}

/** What a command's help says below its options. */
function afterHelp(command: Command): string {
  let shown = "";
  command.configureOutput({
    writeOut: (text) => shown += text,
    getOutHelpWidth: () => 1_000,
    getOutHasColors: () => false,
  }).outputHelp();
  const text = shown.slice(command.helpInformation().length).trim();
  return text === "" ? "" : `\n\n${text}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
