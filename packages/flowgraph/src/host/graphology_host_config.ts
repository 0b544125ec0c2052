/**
 * Compilation in the shape that a reconciler wants.
 *
 * @module
 */
import type { UElement, UNode } from "../component/element.ts";
import { compileTemplate } from "../template/compile_template.ts";
import type { CompiledTemplate } from "../template/model.ts";

/** An element under construction. */
export interface HostInstance {
  type: UElement["type"];
  props: Record<string, unknown>;
  readonly children: UNode[];
}

/** Where a tree is rendered to. */
export interface GraphologyContainer {
  readonly children: UNode[];
  /** What the last commit came to. */
  compiled?: CompiledTemplate;
}

type Parent = HostInstance | GraphologyContainer;

function place(parent: Parent, child: UNode, before?: UNode): void {
  const present = parent.children.indexOf(child);
  if (present >= 0) parent.children.splice(present, 1);
  const at = before === undefined ? -1 : parent.children.indexOf(before);
  parent.children.splice(at < 0 ? parent.children.length : at, 0, child);
}

/** Operations of a reconciler that builds trees of elements. */
export const treeOperations = {
  /** Makes an instance, which has no children yet. */
  createInstance(type: UElement["type"], props: Record<string, unknown>): HostInstance {
    return { type, props: { ...props }, children: [] };
  },
  /** Text stands for itself; compiling refuses it, with its place. */
  createTextInstance(text: string): string {
    return text;
  },
  appendChild(parent: Parent, child: UNode): void {
    place(parent, child);
  },
  insertBefore(parent: Parent, child: UNode, before: UNode): void {
    place(parent, child, before);
  },
  removeChild(parent: Parent, child: UNode): void {
    const at = parent.children.indexOf(child);
    if (at >= 0) parent.children.splice(at, 1);
  },
  updateInstance(instance: HostInstance, props: Record<string, unknown>): void {
    instance.props = { ...props };
  },
} as const;

/**
 * Renders trees to validated graphs: a reconciler calls its operations and, at the end, `commit`.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { GraphologyHostConfig as host } from "@alkdev/flowgraph/host";
 *
 * const container = host.createContainer();
 * host.appendChild(container, host.createInstance("flow:operation", { name: "a" }));
 * deepStrictEqual(host.commit(container).graph.nodes(), ["a"]);
 * ```
 */
export const GraphologyHostConfig = {
  ...treeOperations,
  createContainer(): GraphologyContainer {
    return { children: [] };
  },
  /**
   * Compiles what the container holds.
   *
   * @throws {TemplateError} if it has issues.
   */
  commit(container: GraphologyContainer): CompiledTemplate {
    container.compiled = compileTemplate(container.children);
    return container.compiled;
  },
  /**
   * Compiles a whole tree at once.
   *
   * @throws {TemplateError} if it has issues.
   */
  render(element: UNode): CompiledTemplate {
    return compileTemplate(element);
  },
} as const;
