/**
 * Forks, joins, branches and maps: they settle by themselves.
 *
 * @module
 */
import type { ItemFunction } from "../component/element.ts";
import { compileItem } from "../template/compile_template.ts";
import type { TemplateScope } from "../template/model.ts";
import { normaliseError } from "./errors.ts";
import { lazyResults } from "./lazy_results.ts";
import { addItem, isSatisfied, predecessorsOf, type Run, type RunNode } from "./run.ts";
import { incomingOf, joinOutput, resolvePlan, scopeOf } from "./scope.ts";
import { complete, fail, skip } from "./transitions.ts";

const DEFAULT_MAX_ITEMS = 10_000;

function asInputError(node: RunNode, thrown: unknown): { code: string; message: string } {
  const { message } = normaliseError(thrown);
  return { code: "INPUT_ERROR", message: `Cannot run ${node.id}: ${message}` };
}

/** Settles a structural node that is ready. */
export function settleStructural(run: Run, node: RunNode): void {
  switch (node.template.kind) {
    case "branch":
      return branch(run, node);
    case "map":
      return expand(run, node);
    case "join":
      return complete(run, node, joinOutput(run, node));
    default:
      return complete(run, node, undefined);
  }
}

function branch(run: Run, node: RunNode): void {
  const { test } = node.template.block.props;
  let holds: boolean;
  try {
    // compileTemplate() refuses a test that is no function.
    holds = typeof test === "function" && Boolean(test(lazyResults(node), scopeOf(run, node)));
  } catch (thrown) {
    const { code, message } = normaliseError(thrown);
    return fail(run, node, { code, message: `Cannot run ${node.id}: ${message}` });
  }
  const [whenTrue, whenFalse] = node.template.block.children;
  const other = holds ? whenFalse : whenTrue;
  if (other && other.end > other.start) skip(run, node.frame, other);
  complete(run, node, undefined, { branch: holds ? "then" : "else" });
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function itemsOf(run: Run, node: RunNode): unknown[] {
  const { input, block } = node.template;
  const collection = input ? resolvePlan(run, node, input) : incomingOf(run, node);
  if (!isIterable(collection)) {
    throw new TypeError(`over is ${collection === null ? "null" : typeof collection}`);
  }
  const most = typeof block.props.maxItems === "number" ? block.props.maxItems : DEFAULT_MAX_ITEMS;
  const items: unknown[] = [];
  for (const item of collection) {
    if (items.length >= most) throw new RangeError(`over has more than ${most} items`);
    items.push(item === undefined ? null : item);
  }
  return items;
}

function bodyFor(
  map: RunNode,
  body: TemplateScope | ItemFunction | undefined,
  [item, index]: [unknown, number],
): TemplateScope {
  if (typeof body === "object") return body;
  return compileItem(body?.(item, index), { scope: map.frame.scope, map: map.template });
}

/** Adds the nodes of a map's items; nothing is added if one of them cannot be compiled. */
export function addItems(run: Run, map: RunNode, items: readonly unknown[]): void {
  const scopes = items.map((item, index) => bodyFor(map, map.template.body, [item, index]));
  map.frames = scopes.map((scope, index) =>
    addItem(run, scope, { map, item: items[index], index })
  );
}

function expand(run: Run, node: RunNode): void {
  let items: unknown[];
  try {
    items = itemsOf(run, node);
    addItems(run, node, items);
  } catch (thrown) {
    return fail(run, node, asInputError(node, thrown));
  }
  for (const { nodes } of node.frames ?? []) nodes.forEach((inner) => run.dirty.add(inner));
  complete(run, node, undefined, { items });
}

/** Expands the maps of a restored run, and puts its nodes back in line. */
export function rebuild(run: Run): void {
  const maps = run.root.nodes.filter(({ state }) => state.items !== undefined);
  for (let map = maps.pop(); map; map = maps.pop()) {
    addItems(run, map, map.state.items ?? []);
    for (const { nodes } of map.frames ?? []) {
      maps.push(...nodes.filter(({ state }) => state.items !== undefined));
    }
  }
  const ready: RunNode[] = [];
  for (const node of run.nodes.values()) {
    node.missing = 0;
    for (const before of predecessorsOf(node)) if (!isSatisfied(before)) node.missing++;
    if (node.state.readyNumber !== undefined) ready.push(node);
  }
  ready.sort((a, b) => numberOf(a) - numberOf(b));
  for (const node of ready) run.lines.push(node, numberOf(node));
}

function numberOf({ state }: RunNode): number {
  return state.readyNumber ?? 0;
}
