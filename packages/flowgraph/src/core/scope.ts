/**
 * What a node sees: what comes in, the outputs of its ancestors, the variables of its maps.
 *
 * @module
 */
import type { Results, Scope } from "../component/props.ts";
import { ancestorRanges } from "../template/ancestry.ts";
import { type InputPlan, itemName, type Reference } from "../template/model.ts";
import { exitOf, type Frame, type Run, type RunNode } from "./run.ts";

/** What comes into a node: the output of its predecessor, its item, or the workflow's input. */
export function incomingOf(run: Run, node: RunNode): unknown {
  const { template, frame } = node;
  if (template.incoming === undefined) return frame.outer ? frame.outer.item : run.head.input;
  const source = frame.nodes[template.incoming];
  return source && outputOf(run, source);
}

/** What a node gives on; forks, branches and maps pass on what comes in. */
function outputOf(run: Run, node: RunNode): unknown {
  const { kind } = node.template;
  if (kind === "operation" || kind === "join") return node.state.output;
  return incomingOf(run, node);
}

/** JSON has no undefined in arrays, and a restored state must not differ from one that went on. */
function item(value: unknown): unknown {
  return value === undefined ? null : value;
}

/** The output of a join: an array of what came together, or what the branch taken gave. */
export function joinOutput(run: Run, join: RunNode): unknown {
  const { template: { block }, frame } = join;
  const entry = frame.nodes[block.start];
  if (block.kind === "map") {
    return (entry?.frames ?? []).map((inner) => item(exitOf(inner).state.output));
  }
  if (block.kind === "parallel") {
    return block.children.filter(({ start, end }) => end > start)
      .map(({ exit }) => item(frame.nodes[exit]?.state.output));
  }
  const way = block.children[entry?.state.branch === "then" ? 0 : 1];
  const isMissing = way === undefined || way.start === way.end;
  return isMissing ? entry && incomingOf(run, entry) : frame.nodes[way.exit]?.state.output;
}

function* ancestorsOf(node: RunNode): Generator<{ frame: Frame; index: number }> {
  for (let at: RunNode | undefined = node; at; at = at.frame.outer?.map) {
    for (const { start, end } of ancestorRanges(at.template)) {
      for (let index = start; index < end; index++) yield { frame: at.frame, index };
    }
  }
}

/** Sets what is not there yet: nearer scopes come first. */
function putFirst(record: Record<string, unknown>, key: string, value: unknown): void {
  if (!Object.hasOwn(record, key)) record[key] = value;
}

/** Adds the outputs of a frame under their listed ids, and those of the items inside. */
function listOutputs(results: Record<string, unknown>, frame: Frame, prefix: string): void {
  for (const [id, index] of frame.scope.listed) {
    const output = frame.nodes[index]?.state.output;
    if (output !== undefined) putFirst(results, prefix + id, output);
  }
  for (const { frames = [], template } of frame.nodes) {
    frames.forEach((inner, i) => listOutputs(results, inner, `${prefix}${template.id}[${i}]/`));
  }
}

/** All outputs of a run. */
export function allResults(run: Run): Record<string, unknown> {
  const results: Record<string, unknown> = {};
  listOutputs(results, run.root, "");
  return results;
}

/** Outputs of what comes before a node, under the ids by which it can refer to them. */
export function ancestorResults(node: RunNode): Results {
  const results: Record<string, unknown> = {};
  const idsOf = new Map<Frame, Map<number, string[]>>();
  for (const { frame, index } of ancestorsOf(node)) {
    const ids = idsOf.get(frame) ?? listedByIndex(frame);
    idsOf.set(frame, ids);
    const ancestor = frame.nodes[index];
    for (const id of ids.get(index) ?? []) {
      if (ancestor?.state.output !== undefined) putFirst(results, id, ancestor.state.output);
    }
    const { frames = [], template } = ancestor ?? {};
    const isInside = frames.some((inner) => inner === node.frame);
    if (isInside || template === undefined) continue;
    frames.forEach((inner, i) => {
      if (isClosed(ancestor, node)) listOutputs(results, inner, `${template.id}[${i}]/`);
    });
  }
  return results;
}

/** Of a map: whether all of it, not just its entry, comes before a node. */
function isClosed(map: RunNode | undefined, node: RunNode): boolean {
  return map !== undefined && map.frame.nodes[map.template.block.exit]?.state.status ===
      "completed" &&
    !isWithin(node, map);
}

function isWithin(node: RunNode, map: RunNode): boolean {
  for (let outer = node.frame.outer; outer; outer = outer.map.frame.outer) {
    if (outer.map === map) return true;
  }
  return false;
}

function listedByIndex({ scope }: Frame): Map<number, string[]> {
  const ids = new Map<number, string[]>();
  for (const [id, index] of scope.listed) ids.set(index, [...ids.get(index) ?? [], id]);
  return ids;
}

/** The scope that functions of a template are called with. */
export function scopeOf(run: Run, node: RunNode): Scope {
  const variables: Record<string, unknown> = {};
  for (let outer = node.frame.outer; outer; outer = outer.map.frame.outer) {
    putFirst(variables, itemName(outer.map.template.block), outer.item);
  }
  const index = node.frame.outer?.index;
  let results: Results | undefined;
  return {
    ...variables,
    ...(index !== undefined && { index }),
    input: run.head.input,
    output: incomingOf(run, node),
    // Few functions look at them, and gathering them costs as much as there are ancestors.
    get results() {
      return results ??= ancestorResults(node);
    },
  };
}

function frameAt(node: RunNode, up: number): Frame | undefined {
  let frame: Frame | undefined = node.frame;
  for (let i = 0; i < up; i++) frame = frame?.outer?.map.frame;
  return frame;
}

function headValue(run: Run, node: RunNode, from: Reference): unknown {
  switch (from.head) {
    case "input":
      return run.head.input;
    case "output":
      return incomingOf(run, node);
    case "index":
      return node.frame.outer?.index;
    case "item":
      return frameAt(node, from.up)?.outer?.item;
    case "node": {
      const source = frameAt(node, from.up)?.nodes[from.index];
      return source && outputOf(run, source);
    }
  }
}

function follow(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

/**
 * Makes the input that a plan describes.
 *
 * @throws whatever a function of the template throws.
 */
export function resolvePlan(run: Run, node: RunNode, plan: InputPlan): unknown {
  switch (plan.kind) {
    case "literal":
      return plan.value;
    case "reference":
      return follow(headValue(run, node, plan.from), plan.path);
    case "array":
      return plan.items.map((entry) => item(resolvePlan(run, node, entry)));
    case "object": {
      const entries = plan.entries.map(([key, entry]) =>
        [key, resolvePlan(run, node, entry)] as const
      );
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case "function":
      return plan.call(scopeOf(run, node));
  }
}

/** The input of an operation: as told, or what comes in. */
export function inputOf(run: Run, node: RunNode): unknown {
  const { input } = node.template;
  return input === undefined ? incomingOf(run, node) : resolvePlan(run, node, input);
}
