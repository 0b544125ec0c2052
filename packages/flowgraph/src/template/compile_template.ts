/**
 * From a tree of elements to a validated graph.
 *
 * @module
 */
import type { UNode } from "../component/element.ts";
import { type GraphIssue, TemplateError } from "../graph/errors.ts";
import { assemble } from "./assemble.ts";
import { checkProps } from "./check_props.ts";
import { planInput } from "./input_plan.ts";
import type { Block, CompiledTemplate, TemplateNode, TemplateScope } from "./model.ts";
import { templateGraph } from "./template_graph.ts";
import { combineHashes, scopeHashes } from "./template_hash.ts";
import { expandTree, type Tree } from "./tree.ts";

type Outer = NonNullable<TemplateScope["outer"]>;

function planNode(node: TemplateNode, scope: TemplateScope, issues: GraphIssue[]): void {
  const { props } = node.block;
  const value = node.kind === "operation"
    ? props.input
    : node.kind === "map"
    ? props.over
    : undefined;
  if (value === undefined) return;
  node.input = planInput(value, {
    scope,
    node,
    complain: (reason) =>
      issues.push({
        type: "graph",
        category: "dangling-reference",
        message: `${node.id}: ${reason}`,
        nodes: [node.id],
      }),
  });
}

function addBody(
  map: TemplateNode,
  scope: TemplateScope,
  { tree, issues }: { tree: Tree | undefined; issues: GraphIssue[] },
): void {
  const [child] = tree?.children ?? [];
  map.body = tree?.body ?? (child && compileScope(child, issues, { scope, map }));
  if (map.body !== undefined || child === undefined) return;
  issues.push(emptyTemplate(map.id, "the body of the map is empty"));
}

function emptyTemplate(id: string, reason: string): GraphIssue {
  return { type: "graph", category: "empty-template", message: `${id}: ${reason}`, nodes: [id] };
}

function compileScope(
  tree: Tree,
  issues: GraphIssue[],
  outer?: Outer,
): TemplateScope | undefined {
  const assembly = assemble(tree, issues);
  if (assembly === undefined) return undefined;
  const { root, nodes, names, listed, bodies } = assembly;
  const scope: TemplateScope = { root, nodes, names, listed, ...(outer && { outer }) };
  for (const node of nodes) {
    planNode(node, scope, issues);
    if (node.kind === "map") addBody(node, scope, { tree: bodies.get(node.block), issues });
  }
  return scope;
}

function hasWork({ nodes }: TemplateScope): boolean {
  return nodes.some(({ kind }) => kind === "operation" || kind === "map");
}

/** What came of a template: issues, and, where it could be assembled, its scope. */
export interface Inspection {
  readonly issues: readonly GraphIssue[];
  readonly scope: TemplateScope | undefined;
}

/** Compiles as far as it goes and tells everything that is wrong. */
export function inspectTemplate(element: UNode, path: readonly number[] = [0]): Inspection {
  const issues: GraphIssue[] = [];
  const tree = expandTree(element, path, issues);
  if (tree) checkProps(tree, issues);
  const scope = tree && compileScope(tree, issues);
  if (issues.length === 0 && (scope === undefined || !hasWork(scope))) {
    issues.push(emptyTemplate("template", "it holds no operation"));
  }
  return { issues, scope };
}

/**
 * Compiles a template.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { h, Operation, Parallel, Sequential } from "@alkdev/flowgraph/component";
 * import { compileTemplate } from "@alkdev/flowgraph/host";
 *
 * const { graph } = compileTemplate(
 *   h(Sequential, {}, h(Operation, { name: "a" }),
 *     h(Parallel, {}, h(Operation, { name: "b" }), h(Operation, { name: "c" }))),
 * );
 * deepStrictEqual(graph.topologicalOrder(), ["a", "fork:0.1", "b", "c", "join:0.1"]);
 * ```
 *
 * @throws {TemplateError} with all issues, if there are any.
 */
export function compileTemplate(element: UNode): CompiledTemplate {
  const { issues, scope } = inspectTemplate(element);
  if (issues.length > 0 || scope === undefined) throw new TemplateError(issues);
  const nodeHashes = scopeHashes(scope);
  const idAt = (index: number) => scope.nodes[index]?.id ?? "";
  return {
    graph: templateGraph(scope),
    entry: idAt(scope.root.entry),
    exit: idAt(scope.root.exit),
    hash: combineHashes(nodeHashes),
    nodeHashes,
    scope,
  };
}

/**
 * Compiles what the function of a map returned for one item.
 *
 * @throws {TemplateError} if it is no valid template.
 */
export function compileItem(element: UNode, outer: Outer): TemplateScope {
  const issues: GraphIssue[] = [];
  const block: Block = outer.map.block;
  const tree = expandTree(element, [...block.path, 0], issues);
  if (tree) checkProps(tree, issues);
  const scope = tree && compileScope(tree, issues, outer);
  if (issues.length === 0 && scope) return scope;
  const [empty] = [emptyTemplate(outer.map.id, "the body of the map is empty")];
  throw new TemplateError(issues.length > 0 ? issues : [empty]);
}

/** Whether a value is a compiled template. */
export function isCompiledTemplate(value: object): value is CompiledTemplate {
  return "scope" in value && "nodeHashes" in value && "graph" in value;
}
