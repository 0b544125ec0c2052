/**
 * Elements: what components return, what `h` and TSX make, and what a template is compiled from.
 *
 * @module
 */

/** Makes the body of a `Map` for one item; pure, since it is called again after a restore. */
export type ItemFunction = (item: unknown, index: number) => UNode;

/** Whatever may stand as a child. `null`, `undefined` and booleans are nothing. */
export type UNode =
  | UElement
  | ItemFunction
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly UNode[];

/** A component: a function from properties and children to what they stand for. */
// The properties of a component are its own affair; `h` checks them where it is called.
// deno-lint-ignore no-explicit-any
export type Component<P = any> = (props: P, children: UNode[]) => UNode;

/** A node of a template, in the shape that ujsx gives to its elements. */
export interface UElement {
  readonly type: string | Component;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly UNode[];
}

/** The type of what `Fragment` returns: its children stand in its place. */
export const FRAGMENT = "flow:fragment";

/** Whether a value is an element, whoever made it. */
export function isElement(value: unknown): value is UElement {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  return typeof value.type === "string" || typeof value.type === "function";
}

/** Children in one flat list, without the ones that stand for nothing. */
export function flatten(nodes: readonly UNode[]): Exclude<UNode, readonly UNode[]>[] {
  const flat: Exclude<UNode, readonly UNode[]>[] = [];
  // An explicit stack: lists of children may be long, and spreading them may overflow.
  const stack: { list: readonly UNode[]; next: number }[] = [{ list: nodes, next: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (top.next >= top.list.length) {
      stack.pop();
      continue;
    }
    const node = top.list[top.next++];
    if (isList(node)) stack.push({ list: node, next: 0 });
    else if (node !== null && node !== undefined && typeof node !== "boolean") flat.push(node);
  }
  return flat;
}

function isList(node: UNode): node is readonly UNode[] {
  return Array.isArray(node);
}

/**
 * Makes an element; TSX is sugar for it.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { h, Operation } from "@alkdev/flowgraph/component";
 *
 * deepStrictEqual(h(Operation, { name: "fs.read" }), {
 *   type: Operation,
 *   props: { name: "fs.read" },
 *   children: [],
 * });
 * ```
 */
export function h<P>(
  type: string | Component<P>,
  props?: P | null,
  ...children: UNode[]
): UElement {
  return { type, props: { ...props }, children: flatten(children) };
}

/** Several elements where one is wanted: its children stand in its place. */
export function Fragment(
  props: Readonly<Record<string, unknown>> & { children?: UNode },
  children: UNode[] = [],
): UElement {
  return { type: FRAGMENT, props: { ...props }, children: flatten(children) };
}
