/**
 * What validation finds: plain data, never thrown.
 *
 * @module
 */

/** A node whose attributes break the schema. */
export interface ValidationError {
  /** Tells it from a {@linkcode GraphValidationError}. */
  readonly type: "schema";
  /** The node it was found on. */
  readonly taskId?: string;
  /** The attribute at fault, or `(root)`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly message: string;
  /** What it is instead. */
  readonly value?: unknown;
}

/** A graph whose shape is wrong. */
export interface GraphValidationError {
  /** Tells it from a {@linkcode ValidationError}. */
  readonly type: "graph";
  /** What kind of wrong. */
  readonly category: "cycle" | "dangling-reference";
  /** The missing node of a dangling reference. */
  readonly taskId?: string;
  /** What is wrong. */
  readonly message: string;
  /** The cycles, for a cycle. */
  readonly details?: unknown;
}

/** Anything validation finds. */
export type AnyValidationError = ValidationError | GraphValidationError;
