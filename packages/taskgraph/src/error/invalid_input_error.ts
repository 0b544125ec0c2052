/**
 * The error for input that is not what it should be.
 *
 * @module
 */
import { TaskgraphError } from "./task_errors.ts";

/** Where in a file something is wrong, as far as that is known. */
export interface InputPosition {
  /** Line in the file, from 1; the opening line of the frontmatter is line 1. */
  readonly line?: number;
  /** Column in that line, from 1, in UTF-16 code units. */
  readonly column?: number;
  /** Path of the file. */
  readonly path?: string;
}

/** Input that is not what it should be, with the field at fault and where it stands. */
export class InvalidInputError extends TaskgraphError {
  /** The offending field, with slashes between levels; empty for the input as a whole. */
  readonly field: string;
  /** What is wrong, without field or position. */
  override readonly message: string;
  /** Line in the file, from 1, where known. */
  declare readonly line?: number;
  /** Column in that line, from 1, where known. */
  declare readonly column?: number;
  /** Path of the file, where known. */
  declare readonly path?: string;

  /** Makes the error for one field. */
  constructor(field: string, message: string, position: InputPosition = {}) {
    super(message);
    this.name = "InvalidInputError";
    this.field = field;
    this.message = message;
    if (position.line !== undefined) this.line = position.line;
    if (position.column !== undefined) this.column = position.column;
    if (position.path !== undefined) this.path = position.path;
  }

  /** Makes the error from one finding of the schema library. */
  static fromTypeBoxError(
    error: { readonly path: string; readonly message: string },
    position: InputPosition = {},
  ): InvalidInputError {
    const field = error.path.startsWith("/") ? error.path.slice(1) : error.path;
    return new InvalidInputError(field, error.message, position);
  }
}
