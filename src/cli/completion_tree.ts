/**
 * What can be typed after `hub`, as completions see it.
 *
 * @module
 */
import type { Command, Option } from "commander";

/** One command, and what may follow it. */
export interface CompletionNode {
  /** Such as `actor send`; empty for `hub` itself. */
  readonly path: string;
  readonly commands: readonly Candidate[];
  readonly options: readonly OptionCandidate[];
  /** Words that its argument can be. */
  readonly choices: readonly Candidate[];
  /** Whether one of its arguments names an operation. */
  readonly takesOperation: boolean;
}

/** A word that may come next. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** An option that may come next. */
export interface OptionCandidate extends Candidate {
  readonly takesValue: boolean;
}

/** A command and all below it, itself first. */
export function completionNodes(command: Command, path = ""): CompletionNode[] {
  const { commands, registeredArguments } = command;
  return [
    {
      path,
      commands: commands.map((one) => ({
        ...{ word: one.name(), description: one.description() },
      })),
      options: [...command.options.filter(({ hidden }) => !hidden).flatMap(candidateOf), HELP],
      choices: registeredArguments.flatMap(({ argChoices = [] }) =>
        argChoices.map((word) => ({ word, description: "" }))
      ),
      takesOperation: registeredArguments.some((one) => one.name() === "operation"),
    },
    ...commands.flatMap((one) =>
      completionNodes(one, path === "" ? one.name() : `${path} ${one.name()}`)
    ),
  ];
}

const HELP: OptionCandidate = {
  word: "--help",
  description: "say what the command does",
  takesValue: false,
};

function candidateOf({ long, description, required, optional }: Option): OptionCandidate[] {
  return long ? [{ word: long, description, takesValue: required || optional }] : [];
}
