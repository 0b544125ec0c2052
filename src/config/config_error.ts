/**
 * The one error of a configuration, with everything that is wrong with it.
 *
 * @module
 */

/** One thing that is wrong. */
export interface ConfigProblem {
  /** File with line and column, variable or flag to look at. */
  readonly source: string;
  /** Path of the setting, such as `http.port`; empty where it concerns the whole source. */
  readonly path: string;
  /** What was expected and what was found. Never holds the value of a secret. */
  readonly message: string;
}

function line({ source, path, message }: ConfigProblem): string {
  return path === "" ? `  ${source}: ${message}` : `  ${source}: ${path}: ${message}`;
}

/** A configuration that cannot be used; its message has one line per problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`Cannot use the configuration: ${count}`, ...problems.map(line)].join("\n"));
    this.problems = problems;
  }
}
