/**
 * Components of workflow templates.
 *
 * @module
 */
export { Conditional, Map, Operation, Parallel, Sequential } from "./components.ts";
export {
  type Component,
  Fragment,
  h,
  isElement,
  type ItemFunction,
  type UElement,
  type UNode,
} from "./element.ts";
export type {
  ConditionalProps,
  Input,
  MapProps,
  OperationProps,
  ParallelProps,
  Results,
  Scope,
  SequentialProps,
} from "./props.ts";
