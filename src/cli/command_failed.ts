import { EXIT } from "./exit_codes.ts";

/** Thrown by a command that has already said why it failed. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly exitCode: number;

  /** Makes one with the code with which the process ends. */
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
