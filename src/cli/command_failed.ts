/** Thrown by a command that has already said why it failed. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}
