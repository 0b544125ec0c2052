/**
 * The task graph, and the functions behind its methods.
 *
 * @module
 */
export { TaskGraph, type TaskGraphInner } from "./construction.ts";
export { removeDependency, removeTask, updateEdgeAttributes, updateTask } from "./mutation.ts";
export {
  dependencies,
  dependents,
  findCycles,
  getTask,
  hasCycles,
  taskCount,
  topologicalOrder,
} from "./queries.ts";
export { validate, validateGraph, validateSchema } from "./validation.ts";
