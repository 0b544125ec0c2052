/**
 * The five components of a template.
 *
 * @module
 */
import { flatten, type UElement, type UNode } from "./element.ts";
import type {
  ConditionalProps,
  MapProps,
  OperationProps,
  ParallelProps,
  SequentialProps,
} from "./props.ts";

function element(type: string, props: object, children: readonly UNode[]): UElement {
  return { type, props: { ...props }, children: flatten(children) };
}

/** One call of an operation. */
export function Operation(props: OperationProps, children: UNode[] = []): UElement {
  return element("flow:operation", props, children);
}

/** Children in order; the output of each is what comes into the next. */
export function Sequential(props: SequentialProps = {}, children: UNode[] = []): UElement {
  return element("flow:sequential", props, children);
}

/** Children side by side; the output is the array of theirs. */
export function Parallel(props: ParallelProps = {}, children: UNode[] = []): UElement {
  return element("flow:parallel", props, children);
}

/** The first child if the test holds, else the second. */
export function Conditional(props: ConditionalProps, children: UNode[] = []): UElement {
  return element("flow:conditional", props, children);
}

/** The child once for each item of a collection; the output is the array in item order. */
function MapComponent(props: MapProps, children: UNode[] = []): UElement {
  return element("flow:map", props, children);
}

export { MapComponent as Map };
