/**
 * Errors thrown, and errors returned as data.
 *
 * @module
 */
export {
  CircularDependencyError,
  DuplicateEdgeError,
  DuplicateNodeError,
  TaskgraphError,
  TaskNotFoundError,
} from "./task_errors.ts";
export { type InputPosition, InvalidInputError } from "./invalid_input_error.ts";
export type { AnyValidationError, GraphValidationError, ValidationError } from "./validation.ts";
