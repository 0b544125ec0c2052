/**
 * Elements expanded until only the five components remain.
 *
 * @module
 */
import {
  type Component,
  flatten,
  FRAGMENT,
  isElement,
  type ItemFunction,
  type UElement,
  type UNode,
} from "../component/element.ts";
import type { GraphIssue } from "../graph/errors.ts";
import type { Block } from "./model.ts";

/** An element of the five kinds, its children expanded. */
export interface Tree {
  readonly kind: Block["kind"];
  readonly props: Readonly<Record<string, unknown>>;
  readonly path: readonly number[];
  readonly children: readonly Tree[];
  /** Of a map whose body is a function. */
  readonly body?: ItemFunction;
}

/** Deeper templates are refused: their compilation would exhaust the stack. */
export const MAX_TEMPLATE_DEPTH = 500;

const KINDS: Readonly<Record<string, Tree["kind"]>> = {
  "flow:operation": "operation",
  "flow:sequential": "sequential",
  "flow:parallel": "parallel",
  "flow:conditional": "conditional",
  "flow:map": "map",
};

/** The id that messages give to an element. */
export function treeName({ kind, props, path }: Pick<Tree, "kind" | "props" | "path">): string {
  if (typeof props.id === "string" && props.id !== "") return props.id;
  if (typeof props.name === "string" && props.name !== "") return props.name;
  return `${kind}:${path.join(".")}`;
}

class Expansion {
  readonly #issues: GraphIssue[];
  readonly #open = new Set<unknown>();

  constructor(issues: GraphIssue[]) {
    this.#issues = issues;
  }

  #refuse(path: readonly number[], reason: string, category: GraphIssue["category"]): [] {
    const at = path.join(".");
    this.#issues.push({
      type: "graph",
      category,
      message: `element ${at}: ${reason}`,
      nodes: [at],
    });
    return [];
  }

  /** What a node stands for; several where it is a fragment. `path` is where it stands. */
  expand(node: UNode, path: readonly number[], depth: number): UElement[] {
    if (depth > MAX_TEMPLATE_DEPTH) {
      return this.#refuse(path, `is nested deeper than ${MAX_TEMPLATE_DEPTH}`, "invalid-props");
    }
    return flatten([node]).flatMap((item) => {
      if (!isElement(item)) {
        const what = typeof item === "function" ? "a function" : `the text ${JSON.stringify(item)}`;
        return this.#refuse(path, `${what} is not an element`, "invalid-props");
      }
      if (typeof item.type === "function") return this.#call(item.type, item, { path, depth });
      if (item.type !== FRAGMENT) return [item];
      return (item.children ?? []).flatMap((child) => this.expand(child, path, depth + 1));
    });
  }

  #call(
    component: Component,
    { props, children }: UElement,
    { path, depth }: { path: readonly number[]; depth: number },
  ): UElement[] {
    let result: UNode;
    try {
      result = component(props ?? {}, flatten(children ?? []));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#refuse(
        path,
        `${component.name || "component"} threw: ${reason}`,
        "invalid-props",
      );
    }
    return this.expand(result, path, depth + 1);
  }

  /** An expanded element with its children, which stand at `path`. */
  build(element: UElement, path: readonly number[]): Tree[] {
    if (this.#open.has(element)) {
      return this.#refuse(path, "contains itself", "cycle");
    }
    if (path.length > MAX_TEMPLATE_DEPTH) {
      return this.#refuse(path, `is nested deeper than ${MAX_TEMPLATE_DEPTH}`, "invalid-props");
    }
    const kind = KINDS[String(element.type)];
    if (kind === undefined) {
      return this.#refuse(path, `unknown type ${String(element.type)}`, "invalid-props");
    }
    this.#open.add(element);
    const tree = this.#node(kind, element, path);
    this.#open.delete(element);
    return [tree];
  }

  #node(kind: Tree["kind"], element: UElement, path: readonly number[]): Tree {
    const nodes = flatten(element.children ?? []);
    const props = element.props ?? {};
    const [only] = nodes;
    if (kind === "map" && nodes.length === 1 && typeof only === "function") {
      return { kind, props, path, children: [], body: only };
    }
    const children: Tree[] = [];
    for (const node of nodes) {
      for (const child of this.expand(node, [...path, children.length], path.length)) {
        children.push(...this.build(child, [...path, children.length]));
      }
    }
    return { kind, props, path, children };
  }
}

/**
 * Expands a node into one tree, whose root stands at `path`. Several elements become a sequence;
 * undefined means that there is nothing.
 */
export function expandTree(
  node: UNode,
  path: readonly number[],
  issues: GraphIssue[],
): Tree | undefined {
  const expansion = new Expansion(issues);
  const elements = expansion.expand(node, path, 0);
  const [first] = elements;
  if (first === undefined) return undefined;
  if (elements.length === 1) return expansion.build(first, path)[0];
  const children = elements.flatMap((element, i) => expansion.build(element, [...path, i]));
  return { kind: "sequential", props: {}, path, children };
}
