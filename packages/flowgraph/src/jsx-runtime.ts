/**
 * TSX for templates: set `jsxImportSource` to `@alkdev/flowgraph`.
 *
 * @module
 */
import { type Component, Fragment, h, type UElement, type UNode } from "./component/element.ts";

type Props = Readonly<Record<string, unknown>> & { readonly children?: UNode };

/** Makes the element that `h` would make. */
export function jsx(type: string | Component, props: Props | null, _key?: unknown): UElement {
  const { children, ...own } = props ?? {};
  // Not spread: h() flattens, and a list may be longer than an argument list.
  return h(type, own, children);
}

export { Fragment, jsx as jsxs };

/** Types of TSX expressions. */
export declare namespace JSX {
  /** What a TSX expression is. */
  type Element = UElement;
  /** What may stand as a tag. */
  type ElementType = string | Component;
  /** The property that takes the children. */
  interface ElementChildrenAttribute {
    children: unknown;
  }
  /** What any tag takes; keys are for reconcilers. */
  interface IntrinsicAttributes {
    key?: string | number;
  }
  /** Tags in lower case: the element types by name. */
  interface IntrinsicElements {
    [type: string]: Record<string, unknown>;
  }
}
